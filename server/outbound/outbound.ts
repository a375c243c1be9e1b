import type { AlarmEvent } from '../domain/alarm.ts';
import type { WebhookAnswer } from '../domain/webhook.ts';
import { MqttOut, type MqttOutParts, type MqttOutStatus } from './mqttOut.ts';
import { postWebhook } from './postWebhook.ts';
import {
  WebhookSender,
  type WebhookSenderParts,
  type WebhookSenderStatus,
} from './webhookSender.ts';

export type OutboundParts = {
  readonly mqtt: Pick<MqttOutParts, 'publish' | 'kinds'>;
} & Pick<WebhookSenderParts, 'queue' | 'openSecret' | 'version' | 'nowMs' | 'log'>;

/** What other systems are told. Nothing in it is waited for by whoever tells it. */
export type Outbound = Pick<MqttOut, 'moved' | 'anchor'> & {
  start(): void;
  /** Something happened to an alarm: by MQTT now, by webhooks once it is in the database. */
  tell(event: AlarmEvent): void;
  /** New alarm events are in the database. */
  alarmsWritten(): void;
  /** Webhooks were added, changed or removed, or dead letters are wanted. */
  webhooksChanged(): void;
  /** Sends something to a webhook now. */
  tryOut(...webhook: Parameters<WebhookSender['tryOut']>): Promise<WebhookAnswer>;
  status(): { readonly webhooks: WebhookSenderStatus; readonly mqtt: MqttOutStatus };
  close(): Promise<void>;
};

export function createOutbound({ mqtt, ...parts }: OutboundParts): Outbound {
  const out = new MqttOut({ ...mqtt, log: parts.log });
  const sender = new WebhookSender({ ...parts, post: postWebhook, random: Math.random });
  return {
    start: () => sender.changed(),
    tell: (event) => out.tell(event),
    moved: (position) => out.moved(position),
    anchor: (anchor, regencies) => out.anchor(anchor, regencies),
    alarmsWritten: () => sender.alarmsWritten(),
    webhooksChanged: () => sender.changed(),
    tryOut: (webhook, message) => sender.tryOut(webhook, message),
    status: () => ({ webhooks: sender.status(), mqtt: out.status() }),
    close: async () => {
      await Promise.all([sender.close(), out.close()]);
    },
  };
}
