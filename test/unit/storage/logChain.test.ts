import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../server/domain/account.ts';
import {
  canonicalJson,
  findBreak,
  firstPreviousHash,
  hashEntry,
  type UnchainedEntry,
} from '../../../server/storage/log/logChain.ts';

const first: UnchainedEntry = {
  sequence: 1,
  happenedAtMs: 1732665600000,
  actor: null,
  action: 'server.started',
  subject: null,
  region: null,
  data: { z: 1, a: 'é "' },
  previousHash: firstPreviousHash,
};

describe('canonical JSON', () => {
  it('follows the examples of RFC 8785', () => {
    // section 3.2.2
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
    expect(canonicalJson({ numbers, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
    );
    // section 3.2.3
    const members = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(canonicalJson(members)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });
});

describe('the chain of the log', () => {
  it('hashes what is documented, so that others can check it', () => {
    const text = '[1,1732665600000,null,"server.started",null,null,{"a":"é \\"","z":1}]';
    const hash = createHash('sha256').update(Buffer.alloc(32)).update(text, 'utf8').digest('hex');
    expect(Buffer.from(hashEntry(first)).toString('hex')).toBe(hash);
  });

  it('does not mind the order in which members were written', () => {
    const turned = { ...first, data: { a: 'é "', z: 1 } };
    expect(hashEntry(turned)).toEqual(hashEntry(first));
  });

  it('finds no break where there is none, and each kind where there is one', () => {
    const one = chained(first);
    const two = chained({ ...first, sequence: 2, previousHash: one.hash });
    const three = chained({ ...first, sequence: 3, previousHash: two.hash });
    expect(findBreak(undefined, one)).toBeUndefined();
    expect(findBreak(one, two)).toBeUndefined();
    expect(findBreak(undefined, two)).toMatchObject({
      sequence: 1,
      why: expect.stringMatching(/1 is missing: 2 comes/),
    });
    expect(findBreak(one, three)).toMatchObject({
      sequence: 2,
      why: expect.stringMatching(/2 is missing/),
    });
    expect(findBreak(one, one)).toMatchObject({ sequence: 2 });
    const forged = chained({ ...first, sequence: 2, previousHash: firstPreviousHash });
    expect(findBreak(one, forged)).toMatchObject({
      sequence: 2,
      why: expect.stringMatching(/the one before/),
    });
    const changed = { ...two, data: { z: 2, a: 'é "' } };
    expect(findBreak(one, changed)).toMatchObject({
      sequence: 2,
      why: expect.stringMatching(/was changed/),
    });
  });
});

function chained(entry: UnchainedEntry): LogEntry {
  return { ...entry, hash: hashEntry(entry) };
}
