import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { maxPhotoBytes } from '../domain/incidentFields.ts';
import type { Result } from '../domain/result.ts';
import { inTransaction } from './inTransaction.ts';

/** Photos of one incident. */
export const maxPhotos = 100;

/** A photo to keep; who tells of it in the incident's log has its id and hash. */
export type NewPhoto = {
  /** A UUID. */
  readonly id: string;
  /** A UUID; of an incident that may not be in the database yet. */
  readonly incidentId: string;
  /** Such as `image/jpeg`. */
  readonly mediaType: string;
  /** 1 byte to 8 MiB. */
  readonly bytes: Uint8Array;
  readonly addedBy: string;
};

export type Photo = NewPhoto & {
  /** Hexadecimal. */
  readonly sha256: string;
  /** Epoch ms. */
  readonly addedAtMs: number;
};

/**
 * Keeps a photo.
 *
 * @returns its SHA-256, hexadecimal
 */
export function addPhoto(
  pool: Pool,
  { id, incidentId, mediaType, bytes, addedBy }: NewPhoto,
): Promise<Result<string, 'too_large' | 'too_many'>> {
  if (bytes.length === 0 || bytes.length > maxPhotoBytes) {
    const detail = `a photo has 1 to ${maxPhotoBytes} bytes, and this one ${bytes.length}`;
    return Promise.resolve({ ok: false, reason: 'too_large', detail });
  }
  const hash = createHash('sha256').update(bytes).digest();
  return inTransaction(pool, async (client) => {
    // of two who add the hundredth, one waits and hears that there are too many
    await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from incident_photos where incident_id = $1',
      [incidentId],
    );
    if ((rows[0]?.count ?? 0) >= maxPhotos) {
      const detail = `an incident has ${maxPhotos} photos at most`;
      return { ok: false, reason: 'too_many', detail };
    }
    await client.query(
      `insert into incident_photos (id, incident_id, sha256, media_type, bytes, added_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, incidentId, hash, mediaType, bytes, addedBy],
    );
    return { ok: true, value: hash.toString('hex') };
  });
}

/** Any number that no other program takes in the same database; see logAnchors.ts and others. */
const lockKey = '482671522679';

/** A photo of an incident; undefined where there is none. */
export async function findPhoto(
  pool: Pick<Pool, 'query'>,
  incidentId: string,
  id: string,
): Promise<Photo | undefined> {
  const { rows } = await pool.query<{
    sha256: Buffer;
    media_type: string;
    bytes: Buffer;
    added_by: string;
    added_ms: number;
  }>(
    `select sha256, media_type, bytes, added_by,
            floor(extract(epoch from added_at) * 1000)::float8 as added_ms
     from incident_photos where incident_id = $1 and id = $2`,
    [incidentId, id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { media_type: mediaType, bytes, added_by: addedBy, added_ms: addedAtMs } = row;
  return {
    id,
    incidentId,
    mediaType,
    bytes,
    addedBy,
    addedAtMs,
    sha256: row.sha256.toString('hex'),
  };
}

/** Takes a photo away of which no event tells, since what should have told of it was refused. */
export async function removePhoto(pool: Pick<Pool, 'query'>, id: string): Promise<void> {
  await pool.query('delete from incident_photos where id = $1', [id]);
}
