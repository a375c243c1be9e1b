import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Finding, ok, problem } from './doctorFinding.ts';

/** The page in the browser: built, or what it needs to be built is there. */
export function checkPage(projectRoot: string): Finding {
  const folder = path.join(projectRoot, 'web/dist');
  const builds = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'index.html')))
    : [];
  if (builds.length > 0) return ok('page', `built in ${folder}`);
  try {
    createRequire(path.join(projectRoot, 'package.json')).resolve('vite/package.json');
    return ok('page', 'not built yet: the next start does it, which takes some seconds');
  } catch {
    // not installed is the answer, not a failure
    return problem(
      'page',
      `${folder} holds no built page, and vite, which builds it, is not installed`,
      'run "npm ci && npm run build", or bring web/dist along from where it was built',
    );
  }
}
