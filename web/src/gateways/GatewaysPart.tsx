import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { MadeSecret } from '../trackers/madeSecret.ts';
import { SecretShown } from '../trackers/SecretShown.tsx';
import { AddGateway } from './AddGateway.tsx';
import { EditGateway } from './EditGateway.tsx';
import { type ListedGateway, readGateways } from './gateways.ts';

type Shown =
  | { readonly part: 'list' }
  | { readonly part: 'add' }
  | { readonly part: 'edit'; readonly id: string }
  | { readonly part: 'secret'; readonly made: MadeSecret & { readonly secret: string } };

/** The list of gateways, and in its place what is done to one of them. */
export function GatewaysPart({ scope }: { readonly scope: Scope }) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/gateways', readGateways);
  const [shown, setShown] = useState<Shown>({ part: 'list' });
  const gateways = answer?.ok === true ? answer.value : [];
  const back = (): void => {
    setShown({ part: 'list' });
    askAgain();
  };
  const onMade = (made: MadeSecret): void => {
    const { secret } = made;
    if (secret === undefined) back();
    else setShown({ part: 'secret', made: { ...made, secret } });
  };
  if (shown.part === 'add') return <AddGateway scope={scope} onMade={onMade} onBack={back} />;
  if (shown.part === 'secret') {
    const { made } = shown;
    return <SecretShown title={t('secret.title', { id: made.id })} made={made} onDone={back} />;
  }
  const edited = shown.part === 'edit' ? gateways.find(({ id }) => id === shown.id) : undefined;
  if (edited !== undefined) {
    return (
      <EditGateway
        key={edited.id}
        gateway={edited}
        scope={scope}
        onMade={onMade}
        onChange={askAgain}
        onBack={back}
      />
    );
  }
  return (
    <>
      <Text size="sm" mb="xs">
        {t('gateways.intro')}
      </Text>
      <Button variant="default" size="compact-sm" mb="xs" onClick={() => setShown({ part: 'add' })}>
        {t('gateways.add')}
      </Button>
      <ProblemNotice problem={answer?.ok === false ? answer.problem : undefined} />
      {answer?.ok === true && gateways.length === 0 && <Text size="sm">{t('gateways.none')}</Text>}
      {gateways.length > 0 && (
        <GatewayTable gateways={gateways} onEdit={(id) => setShown({ part: 'edit', id })} />
      )}
    </>
  );
}

type GatewayTableProps = {
  readonly gateways: readonly ListedGateway[];
  readonly onEdit: (id: string) => void;
};

function GatewayTable({ gateways, onEdit }: GatewayTableProps) {
  const { t } = useTranslation();
  return (
    <Table className="data-table">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('gateways.id')}</Table.Th>
          <Table.Th>{t('gateways.name')}</Table.Th>
          <Table.Th>{t('field.region')}</Table.Th>
          <Table.Th>{t('gateways.topics')}</Table.Th>
          <Table.Th>{t('gateways.trackers')}</Table.Th>
          <Table.Th>{t('trackers.identity')}</Table.Th>
          <Table.Th aria-hidden="true" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {gateways.map(({ id, name, region, topics, trackerIds, hasSecret }) => (
          <Table.Tr key={id} data-gateway={id}>
            <Table.Td>{id}</Table.Td>
            <Table.Td>{name}</Table.Td>
            <Table.Td className="digits">{region}</Table.Td>
            <Table.Td className="mono">{topics.join(' · ')}</Table.Td>
            <Table.Td className="digits">{trackerIds.length}</Table.Td>
            <Table.Td>{t(hasSecret ? 'identity.secret' : 'identity.none')}</Table.Td>
            <Table.Td>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('people.editOf', { name: id })}
                onClick={() => onEdit(id)}
              >
                {t('people.edit')}
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
