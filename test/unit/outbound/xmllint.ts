import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const schema = fileURLToPath(new URL('../../fixtures/cap/CAP-v1.2.xsd', import.meta.url));

/** Why documents cannot be checked here; undefined when they can. */
export const xmllintMissing: string | undefined =
  spawnSync('xmllint', ['--version']).error === undefined
    ? undefined
    : 'xmllint is not installed (Debian: apt-get install libxml2-utils)';
if (xmllintMissing !== undefined) process.stderr.write(`skipped: ${xmllintMissing}\n`);

/** What xmllint says of documents against the schema of CAP 1.2; '' where all of them are valid. */
export function capFaults(documents: readonly string[]): string {
  return faults(documents, ['--schema', schema]);
}

/** What it says of documents that only have to be well-formed. */
export function xmlFaults(documents: readonly string[]): string {
  return faults(documents, []);
}

/** The text of an element, as a parser reads it. */
export function xpath(document: string, expression: string): string {
  return execFileSync('xmllint', ['--xpath', expression, '-'], { input: document }).toString();
}

function faults(documents: readonly string[], options: readonly string[]): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-xml-'));
  try {
    const files = documents.map((document, at) => {
      const file = path.join(dir, `${at}.xml`);
      writeFileSync(file, document);
      return file;
    });
    const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', ...options, ...files]);
    return status === 0 ? '' : stderr.toString();
  } finally {
    rmSync(dir, { recursive: true });
  }
}
