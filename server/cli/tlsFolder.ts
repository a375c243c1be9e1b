import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ObstacleError } from '../domain/obstacleError.ts';
import { errorCode } from '../domain/systemError.ts';
import { openDataDir } from '../storage/dataDir.ts';
import { replaceFile, syncFolder } from '../storage/replaceFile.ts';
import { secretsFolder } from '../storage/sealKeys.ts';
import type { KeyPair } from './certificates.ts';

/** Where a certificate and its key lie. */
export type PairFiles = { readonly certificate: string; readonly key: string };

/** `<data folder>/secrets/tls`: certificates and keys that the cert commands made. */
export type TlsFolder = {
  /** `ca`, `server` or `client-<id>`: with `.crt` and `.key`. */
  files(name: string): PairFiles;
  /**
   * @throws ObstacleError when there is none
   */
  readCa(): KeyPair;
  /**
   * Refuses what is there already, unless it may be replaced. To be called before anything is made.
   *
   * @throws ObstacleError
   */
  refuseExisting(name: string, mayReplace: boolean): void;
  /** Writes both, for their owner only. */
  write(name: string, pair: KeyPair): PairFiles;
};

export function openTlsFolder(dataDir: string): TlsFolder {
  const folder = path.join(secretsFolder(path.resolve(dataDir)), 'tls');
  const files = (name: string): PairFiles => ({
    certificate: path.join(folder, `${name}.crt`),
    key: path.join(folder, `${name}.key`),
  });
  return {
    files,
    readCa: () => {
      const { certificate, key } = files('ca');
      try {
        return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
      } catch (error) {
        const code = errorCode(error);
        throw new ObstacleError(
          code === 'ENOENT'
            ? `There is no CA in ${folder}: make one first by "npm run posko -- cert ca".`
            : `The CA in ${folder} cannot be read (${code}): use the account that runs the server.`,
          { cause: error },
        );
      }
    },
    refuseExisting: (name, mayReplace) => {
      const { certificate, key } = files(name);
      const found = [certificate, key].find((file) => existsSync(file));
      if (found === undefined || mayReplace) return;
      throw new ObstacleError(
        `${found} is there already, and was left as it is: add --replace if it shall count no more.`,
      );
    },
    write: (name, pair) => {
      if (!existsSync(dataDir)) openDataDir(dataDir, 'command').release();
      for (const each of [path.dirname(folder), folder]) makeFolder(each);
      const { certificate, key } = files(name);
      try {
        replaceFile(key, pair.key);
        replaceFile(certificate, pair.certificate);
        syncFolder(folder);
      } catch (error) {
        throw cannotWrite(folder, error);
      }
      return { certificate, key };
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    // a umask takes away and never adds, but it may take what the owner needs
    chmodSync(folder, 0o700);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw cannotWrite(folder, error);
  }
}

function cannotWrite(place: string, cause: unknown): ObstacleError {
  return new ObstacleError(
    `${place} cannot be written (${errorCode(cause)}): use the account that runs the server.`,
    { cause },
  );
}
