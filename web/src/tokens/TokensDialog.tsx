import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { grantText } from '../account/grantText.ts';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { MakeToken } from './MakeToken.tsx';
import { type ListedToken, readTokens, tokenState } from './tokens.ts';

type TokensDialogProps = {
  readonly session: SessionInfo;
  readonly zone: ZoneOfIndonesia;
  readonly onClose: () => void;
};

/** Tokens of wall screens and scripts: which there are, new ones, and an end to old ones. */
export function TokensDialog({ session, zone, onClose }: TokensDialogProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/tokens', readTokens);
  const [makes, setMakes] = useState(false);
  const tokens = answer?.ok === true ? answer.value : [];
  const mayMake = (['displays.manage', 'tokens.make'] as const).some((permission) =>
    session.permissions.includes(permission),
  );
  return (
    <PageDialog title={t('tokens.title')} widthPx={1040} onClose={onClose}>
      <Text size="sm" mb="sm">
        {t('tokens.intro')}
      </Text>
      {makes ? (
        <MakeToken
          session={session}
          onDone={() => {
            setMakes(false);
            askAgain();
          }}
        />
      ) : (
        <>
          {mayMake && (
            <Button variant="default" size="compact-sm" mb="xs" onClick={() => setMakes(true)}>
              {t('tokens.make')}
            </Button>
          )}
          <ProblemNotice problem={answer?.ok === false ? answer.problem : undefined} />
          {answer?.ok === true && tokens.length === 0 && <Text size="sm">{t('tokens.none')}</Text>}
          {tokens.length > 0 && <TokenTable tokens={tokens} zone={zone} onChange={askAgain} />}
        </>
      )}
    </PageDialog>
  );
}

type TokenTableProps = {
  readonly tokens: readonly ListedToken[];
  readonly zone: ZoneOfIndonesia;
  readonly onChange: () => void;
};

function TokenTable({ tokens, zone, onChange }: TokenTableProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const revoke = async (key: number): Promise<void> => {
    await order.run(() => api.send('DELETE', `/tokens/${key}`, undefined, readNothing));
    onChange();
  };
  const time = (ms: number): string => dayAndTime(ms, zone.timeZone, i18n.language);
  return (
    <>
      <ProblemNotice problem={order.problem} />
      <Table className="data-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('tokens.name')}</Table.Th>
            <Table.Th>{t('tokens.kind')}</Table.Th>
            <Table.Th>{t('tokens.owner')}</Table.Th>
            <Table.Th>{t('tokens.grant')}</Table.Th>
            <Table.Th>{t('tokens.used')}</Table.Th>
            <Table.Th>{t('tokens.expires')}</Table.Th>
            <Table.Th>{t('tokens.state')}</Table.Th>
            <Table.Th aria-hidden="true" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => {
            const state = tokenState(token, Date.now());
            return (
              <Table.Tr key={token.key} data-token={token.name}>
                <Table.Td>{token.name}</Table.Td>
                <Table.Td>{t(`tokens.${token.kind}`)}</Table.Td>
                <Table.Td>{token.owner}</Table.Td>
                <Table.Td>{token.grant !== undefined && grantText(token.grant, t)}</Table.Td>
                <Table.Td className="digits">
                  {token.usedAtMs === undefined ? t('tokens.never') : time(token.usedAtMs)}
                </Table.Td>
                <Table.Td className="digits">{time(token.expiresAtMs)}</Table.Td>
                <Table.Td>{t(`tokens.${state}`)}</Table.Td>
                <Table.Td>
                  {state === 'active' && (
                    <ConfirmButton
                      text={t('tokens.revoke')}
                      label={t('tokens.revokeOf', { name: token.name })}
                      onConfirm={() => void revoke(token.key)}
                    />
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </>
  );
}
