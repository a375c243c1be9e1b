import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, mergeConfig } from 'vite';
import viteConfig from '../vite.config.ts';
import { builtPages, hashPageInputs, pageFolder } from './pageInputs.ts';

/** Builds that are kept: this one, and the one that a server started earlier may still be serving. */
const keptBuilds = 2;
/** A temporary folder older than this belongs to a build that was killed. */
const abandonedAfterMs = 60 * 60 * 1000;
const temporaryPrefix = '.building-';

/**
 * Builds the page into a temporary folder, which then gets the name of its inputs. A name never
 * changes its content, so a build that is killed, or two at once, leave nothing half-made behind.
 *
 * @returns the folder of the built page
 * @throws when the page does not build or the checkout cannot be written to
 */
export async function buildPage(): Promise<string> {
  const folder = pageFolder(hashPageInputs());
  await mkdir(builtPages, { recursive: true });
  const temporary = await mkdtemp(path.join(builtPages, temporaryPrefix));
  try {
    const target = { build: { outDir: temporary, emptyOutDir: false } };
    // the configuration is handed over as an object: vite's own loader would compile it once more
    await build(mergeConfig({ ...viteConfig, configFile: false, logLevel: 'warn' }, target));
    // mkdtemp makes a private folder, but whoever builds is often not the user that serves
    await chmod(temporary, 0o755);
    await moveInto(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  await removeOldBuilds(folder);
  return folder;
}

async function moveInto(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    // another process has built the same inputs in the meantime, and its result is as good
    if (!existsSync(folder)) throw error;
  }
}

async function removeOldBuilds(current: string): Promise<void> {
  const builds = [];
  for (const name of await readdir(builtPages)) {
    const folder = path.join(builtPages, name);
    // gone when a build that runs beside this one has just renamed its temporary folder
    const facts = statSync(folder, { throwIfNoEntry: false });
    if (folder !== current && facts !== undefined) {
      builds.push({ name, folder, changedMs: facts.mtimeMs });
    }
  }
  const finished = builds
    .filter(({ name }) => !name.startsWith(temporaryPrefix))
    .sort((a, b) => b.changedMs - a.changedMs);
  const abandoned = builds.filter(
    ({ name, changedMs }) =>
      name.startsWith(temporaryPrefix) && Date.now() - changedMs > abandonedAfterMs,
  );
  for (const { folder } of [...finished.slice(keptBuilds - 1), ...abandoned]) {
    await rm(folder, { recursive: true, force: true });
  }
}
