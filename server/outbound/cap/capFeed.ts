import type { Alarm } from '../../domain/alarm.ts';
import { element, xmlText } from './xmlText.ts';

/**
 * The newest alarms as an Atom feed (RFC 4287), each with the address of its newest message of CAP.
 *
 * @param basePath address of the feed on this server: `/api/v1/cap`
 * @param nowMs when nothing is in it
 */
export function capFeed(alarms: readonly Alarm[], basePath: string, nowMs: number): string {
  const newestMs = Math.max(...alarms.map(({ changedAtMs }) => changedAtMs));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="id">',
    '<id>urn:posko:cap</id>',
    '<title>Alarm Posko</title>',
    element('updated', timeOf(alarms.length === 0 ? nowMs : newestMs)),
    '<author><name>Posko</name></author>',
    `<link rel="self" type="application/atom+xml" href="${xmlText(basePath)}"/>`,
    ...alarms.flatMap((alarm) => entryOf(alarm, basePath)),
    '</feed>',
    '',
  ].join('\n');
}

function entryOf(alarm: Alarm, basePath: string): readonly string[] {
  const { id, version, text, priority, state, isExercise, raisedAtMs, changedAtMs } = alarm;
  const href = `${basePath}/${id}/${version}.xml`;
  return [
    '<entry>',
    element('id', `urn:uuid:${id}`),
    element('title', isExercise ? `LATIHAN: ${text.id}` : text.id),
    element('published', timeOf(raisedAtMs)),
    element('updated', timeOf(changedAtMs)),
    `<category scheme="urn:posko:priority" term="${xmlText(priority)}"/>`,
    `<category scheme="urn:posko:state" term="${xmlText(state)}"/>`,
    ...(isExercise ? ['<category scheme="urn:posko:status" term="exercise"/>'] : []),
    // RFC 4287, 4.1.1: an entry without content has one
    `<link rel="alternate" type="application/cap+xml" href="${xmlText(href)}"/>`,
    '</entry>',
  ];
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
