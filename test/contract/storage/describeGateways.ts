import { expect, it, onTestFinished, vi } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import {
  addGateway,
  changeGateway,
  findGateway,
  type GatewayFound,
  listGateways,
  type NewGateway,
  removeGateway,
  setGatewaySecret,
} from '../../../server/storage/gatewayStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { lockPrincipalIds } from '../../../server/storage/principalIds.ts';
import { readRegistered } from '../../../server/storage/readRegistered.ts';
import { addTracker, changeTracker } from '../../../server/storage/trackerStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { addPatrol, describeOver, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const lora: NewGateway = {
  id: 'lora-1',
  name: ' LoRa Sangatta ',
  region: '64.08',
  topics: ['application/+/device/+/event/up', 'msh/ID/#'],
  trackerIds: [],
};

const deed = (action: string): Deed => ({
  actor: 'andi',
  action,
  subject: 'gateway:lora-1',
  region: '64.08',
  data: {},
});
const noted = (action: string) => () => [deed(action)];
const refused = () => undefined;

/** What the stores promise of gateways. */
export function describeGateways(opener: Opener): void {
  describeOver('gateways', opener, (database) => {
    it('are added with their topics and trackers, and noted in the log', async () => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      await addPatrol(pool, 'B');
      const found: GatewayFound[] = [];
      const added = await addGateway(pool, { ...lora, trackerIds: ['B', 'A', 'B'] }, (each) => {
        found.push(each);
        return [deed('gateway.added')];
      });
      const gateway = {
        key: expect.any(Number),
        id: 'lora-1',
        name: 'LoRa Sangatta',
        region: '64.08',
        topics: lora.topics,
        trackerIds: ['A', 'B'],
        hasSecret: false,
      };
      expect(added).toEqual({ ok: true, value: gateway });
      expect(found).toEqual([
        {
          gateway: undefined,
          trackers: [
            { id: 'A', region: '64.08' },
            { id: 'B', region: '64.08' },
          ],
        },
      ]);
      expect(await listGateways(pool)).toEqual([gateway]);
      expect(await actions()).toEqual(['gateway.added']);
    });

    it.each([
      [{ id: 'out' }, 'bad_id'],
      [{ id: 'a/b' }, 'bad_id'],
      [{ name: ' ' }, 'bad_name'],
      [{ region: '64' }, 'bad_region'],
      [{ topics: ['#'] }, 'bad_topic'],
      [{ topics: ['+/64.08/#'] }, 'bad_topic'],
      [{ topics: ['$SYS/broker'] }, 'bad_topic'],
      [{ topics: ['posko/64.08/out/#'] }, 'bad_topic'],
      [{ topics: ['posko/+/out/alarm'] }, 'bad_topic'],
      [{ topics: ['msh/#/x'] }, 'bad_topic'],
      [{ topics: ['msh/a+'] }, 'bad_topic'],
      [{ topics: [''] }, 'bad_topic'],
      [{ topics: ['msh/\0'] }, 'bad_topic'],
      [{ topics: ['x'.repeat(257)] }, 'bad_topic'],
      [{ topics: Array.from({ length: 17 }, (_, at) => `t${at}`) }, 'bad_topic'],
      [{ trackerIds: ['nobody'] }, 'unknown_tracker'],
      [{ trackerIds: Array.from({ length: 5_001 }, () => 'A') }, 'too_many'],
    ])('are refused with %o: %s', async (change, reason) => {
      const { pool } = database();
      const added = await addGateway(pool, { ...lora, ...change }, noted('gateway.added'));
      expect(added).toMatchObject({ ok: false, reason });
      expect(await listGateways(pool)).toEqual([]);
      expect(await actions()).toEqual([]);
    });

    it('and trackers never share an id, however many ask at once', async () => {
      const { pool } = database();
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => addGateway(pool, { ...lora, id: 'X' }, noted('g'))),
        ...Array.from({ length: 4 }, () => addTracker(pool, { ...patrol, id: 'X' })),
      ]);
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(answers.filter((each) => !each.ok && each.reason === 'id_taken')).toHaveLength(7);
      await addPatrol(pool, 'Y');
      expect(await addGateway(pool, { ...lora, id: 'Y' }, noted('g'))).toMatchObject({
        reason: 'id_taken',
      });
      await addGateway(pool, { ...lora, id: 'Z' }, noted('g'));
      expect(await addTracker(pool, { ...patrol, id: 'Z' })).toMatchObject({
        reason: 'id_taken',
        detail: 'there is already a gateway with the id "Z"',
      });
    });

    it('wait for a tracker that is being added under their id', async () => {
      const { pool } = database();
      const client = await pool.connect();
      await client.query('begin');
      await lockPrincipalIds(client);
      await client.query("insert into trackers (id, region) values ('X', '64.08')");
      const asked = addGateway(pool, { ...lora, id: 'X' }, noted('gateway.added'));
      await client.query('commit');
      client.release();
      expect(await asked).toMatchObject({ reason: 'id_taken' });
      expect(await listGateways(pool)).toEqual([]);
    });

    it('are changed as far as is named, and tell of trackers before and after', async () => {
      const { pool } = database();
      for (const id of ['A', 'B', 'C']) await addPatrol(pool, id);
      await changeTracker(pool, 'A', { region: '64.74' });
      await addGateway(pool, { ...lora, trackerIds: ['A', 'B'] }, noted('gateway.added'));
      let touched: readonly string[] = [];
      const changed = await changeGateway(pool, 'lora-1', { trackerIds: ['B', 'C'] }, (found) => {
        touched = found.trackers.map(({ id, region }) => `${id} ${region}`);
        return [deed('gateway.changed')];
      });
      expect(touched).toEqual(['A 64.74', 'B 64.08', 'C 64.08']);
      expect(changed).toMatchObject({
        value: { name: 'LoRa Sangatta', topics: lora.topics, trackerIds: ['B', 'C'] },
      });
      const renamed = { name: 'Baru', region: '64.74', topics: ['msh/#', 'msh/#'] };
      await changeGateway(pool, 'lora-1', renamed, noted('gateway.changed'));
      expect(await findGateway(pool, 'lora-1')).toMatchObject({
        ...renamed,
        topics: ['msh/#'],
        trackerIds: ['B', 'C'],
      });
      expect(await changeGateway(pool, 'none', { name: 'x' }, noted('x'))).toMatchObject({
        reason: 'unknown_gateway',
      });
      const unknown = await changeGateway(pool, 'lora-1', { trackerIds: ['none'] }, noted('x'));
      expect(unknown).toMatchObject({ reason: 'unknown_tracker' });
      expect(await actions()).toEqual(['gateway.changed', 'gateway.changed', 'gateway.added']);
    });

    it('stay as they are where there is no plan', async () => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      expect(await addGateway(pool, lora, refused)).toMatchObject({ reason: 'not_allowed' });
      expect(await listGateways(pool)).toEqual([]);
      await addGateway(pool, lora, noted('gateway.added'));
      const before = await listGateways(pool);
      const answers = [
        await changeGateway(pool, 'lora-1', { name: 'x', trackerIds: ['A'] }, refused),
        await setGatewaySecret(pool, 'lora-1', 'hash', refused),
        await removeGateway(pool, 'lora-1', refused),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ reason: 'not_allowed' });
      expect(await listGateways(pool)).toEqual(before);
      expect(await actions()).toEqual(['gateway.added']);
    });

    it('never have a version of their secret twice, not even when added again', async () => {
      const { pool } = database();
      const versions: number[] = [];
      const note = async () => {
        const { secretVersions } = (await readRegistered(pool)).principals;
        versions.push(secretVersions.get('lora-1') ?? -1);
      };
      const add = async () => {
        await addGateway(pool, { ...lora, secretHash: 'one' }, noted('gateway.added'));
        await note();
      };
      const set = async () => {
        await setGatewaySecret(pool, 'lora-1', 'two', noted('gateway.secret_set'));
        await note();
      };
      await add();
      await set();
      await set();
      await removeGateway(pool, 'lora-1', noted('gateway.removed'));
      await note();
      await add();
      await set();
      const given = versions.filter((version) => version !== -1);
      expect(versions[3]).toBe(-1);
      expect(new Set(given).size).toBe(5);
      expect([...given].sort((a, b) => a - b)).toEqual(given);
    });

    it('are heard of by those who watch', async () => {
      const { pool, connection } = database();
      let seen: readonly string[] = [];
      const watch = await watchChanges({
        channel: 'posko_trackers',
        connection,
        log: silent,
        onChange: async () => {
          const gateways = await listGateways(pool);
          seen = gateways.map(({ name, trackerIds }) => `${name} ${trackerIds.join()}`);
        },
      });
      onTestFinished(() => watch.close());
      await addPatrol(pool, 'A');
      await addGateway(pool, lora, noted('gateway.added'));
      const patient = { timeout: 20_000 };
      await vi.waitFor(() => expect(seen).toEqual(['LoRa Sangatta ']), patient);
      await changeGateway(pool, 'lora-1', { trackerIds: ['A'] }, noted('gateway.changed'));
      await vi.waitFor(() => expect(seen).toEqual(['LoRa Sangatta A']), patient);
      await removeGateway(pool, 'lora-1', noted('gateway.removed'));
      await vi.waitFor(() => expect(seen).toEqual([]), patient);
    });

    async function actions(): Promise<readonly string[]> {
      const entries = await readLog(database().pool, {
        before: undefined,
        limit: 100,
        regions: undefined,
      });
      return entries.map(({ action }) => action);
    }
  });
}
