import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import type { WebhookDetails } from '../../../server/domain/webhookDetails.ts';
import { useAnswer } from '../api/useAnswer.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { CopyField } from '../forms/CopyField.tsx';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { WebhookForm } from './WebhookForm.tsx';
import { WebhookView } from './WebhookView.tsx';
import { type MadeWebhook, readWebhooks } from './webhooks.ts';

type WebhooksDialogProps = {
  readonly session: SessionInfo;
  readonly zone: ZoneOfIndonesia;
  readonly onClose: () => void;
};

type Shown =
  | { readonly part: 'list' | 'add' }
  | { readonly part: 'view'; readonly id: string }
  | { readonly part: 'secret'; readonly made: MadeWebhook };

/** Other systems to which alarms are sent. */
export function WebhooksDialog({ session, zone, onClose }: WebhooksDialogProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/webhooks', readWebhooks);
  const [shown, setShown] = useState<Shown>({ part: 'list' });
  const scope = scopeOf(session.grants, 'webhooks.manage');
  const webhooks = answer?.ok === true ? answer.value : [];
  const viewed = shown.part === 'view' ? webhooks.find(({ id }) => id === shown.id) : undefined;
  const back = (): void => {
    setShown({ part: 'list' });
    askAgain();
  };
  const onMade = (made: MadeWebhook): void => setShown({ part: 'secret', made });
  return (
    <PageDialog title={t('webhooks.title')} widthPx={940} onClose={onClose}>
      {shown.part === 'add' && (
        <Section title={t('webhooks.add')}>
          <WebhookForm
            webhook={undefined}
            scope={scope}
            onMade={onMade}
            onSaved={back}
            onBack={back}
          />
        </Section>
      )}
      {shown.part === 'secret' && (
        <Section title={t('webhooks.secretTitle', { name: shown.made.webhook.name })}>
          <div className="form" data-made={shown.made.webhook.id}>
            <Text size="sm">{t('webhooks.secretIntro')}</Text>
            <CopyField label={t('webhooks.secret')} text={shown.made.secret} />
            <Button autoFocus onClick={back}>
              {t('webhooks.secretDone')}
            </Button>
          </div>
        </Section>
      )}
      {viewed !== undefined && (
        <WebhookView
          key={viewed.id}
          webhook={viewed}
          scope={scope}
          zone={zone}
          onMade={onMade}
          onChange={askAgain}
          onBack={back}
        />
      )}
      {(shown.part === 'list' || (shown.part === 'view' && viewed === undefined)) && (
        <>
          <Text size="sm" mb="xs">
            {t('webhooks.intro')}
          </Text>
          <Button
            variant="default"
            size="compact-sm"
            mb="xs"
            onClick={() => setShown({ part: 'add' })}
          >
            {t('webhooks.add')}
          </Button>
          <ProblemNotice problem={answer?.ok === false ? answer.problem : undefined} />
          {answer?.ok === true && webhooks.length === 0 && (
            <Text size="sm">{t('webhooks.none')}</Text>
          )}
          {webhooks.length > 0 && (
            <WebhookTable webhooks={webhooks} onView={(id) => setShown({ part: 'view', id })} />
          )}
        </>
      )}
    </PageDialog>
  );
}

type WebhookTableProps = {
  readonly webhooks: readonly WebhookDetails[];
  readonly onView: (id: string) => void;
};

function WebhookTable({ webhooks, onView }: WebhookTableProps) {
  const { t } = useTranslation();
  return (
    <Table className="data-table">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('webhooks.name')}</Table.Th>
          <Table.Th>{t('webhooks.url')}</Table.Th>
          <Table.Th>{t('webhooks.regions')}</Table.Th>
          <Table.Th>{t('webhooks.least')}</Table.Th>
          <Table.Th>{t('webhooks.state')}</Table.Th>
          <Table.Th aria-hidden="true" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {webhooks.map(({ id, name, url, regions, leastPriority, isOn, failingSinceMs }) => (
          <Table.Tr key={id} data-webhook={id}>
            <Table.Td>{name}</Table.Td>
            <Table.Td className="mono">{url}</Table.Td>
            <Table.Td className="digits">{regions.join(', ')}</Table.Td>
            <Table.Td>{t(`priority.${leastPriority}`)}</Table.Td>
            <Table.Td>
              {t(isOn ? 'webhooks.on' : 'webhooks.isOff')}
              {failingSinceMs !== null && (
                <span className="warns"> · {t('webhooks.isFailing')}</span>
              )}
            </Table.Td>
            <Table.Td>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('webhooks.showOf', { name })}
                onClick={() => onView(id)}
              >
                {t('rules.show')}
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
