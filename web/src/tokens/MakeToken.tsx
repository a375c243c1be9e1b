import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dayMs } from '../../../server/domain/durations.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { CopyField } from '../forms/CopyField.tsx';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { displayLink } from '../session/entranceLink.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { readMadeToken } from './tokens.ts';
import {
  beginToken,
  maxTokenDays,
  roleOptions,
  type TokenFaults,
  tokenFaults,
  tokenIsFine,
  tokenKinds,
} from './typedToken.ts';

type MakeTokenProps = { readonly session: SessionInfo; readonly onDone: () => void };
type Made = { readonly kind: 'display' | 'api'; readonly secret: string };

/** Makes a token, and shows its secret this once. */
export function MakeToken({ session, onDone }: MakeTokenProps) {
  const { t } = useTranslation();
  const [made, setMade] = useState<Made>();
  return (
    <Section title={t('tokens.make')}>
      {made === undefined ? (
        <TokenForm session={session} onMade={setMade} onCancel={onDone} />
      ) : (
        <div className="form token-made">
          <Text size="sm">{t(`tokens.${made.kind}Ready`)}</Text>
          {made.kind === 'display' ? (
            <CopyField
              label={t('tokens.displayLink')}
              text={displayLink(window.location.origin, made.secret)}
            />
          ) : (
            <CopyField label={t('tokens.apiSecret')} text={made.secret} />
          )}
          <Button autoFocus onClick={onDone}>
            {t('tokens.done')}
          </Button>
        </div>
      )}
    </Section>
  );
}

type TokenFormProps = {
  readonly session: SessionInfo;
  readonly onMade: (made: Made) => void;
  readonly onCancel: () => void;
};

function TokenForm({ session, onMade, onCancel }: TokenFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const kinds = tokenKinds(session);
  const [typed, setTyped] = useState(() => beginToken(session, kinds[0] ?? 'api'));
  const [faults, setFaults] = useState<TokenFaults>({});
  const { kind, name, role, region, days } = typed;
  const submit = async (): Promise<void> => {
    const found = tokenFaults(typed);
    setFaults(found);
    order.forget();
    if (!tokenIsFine(found)) return;
    const expiresAtMs = Date.now() + Number(days) * dayMs;
    const body = { kind, name: name.trim(), role, region: region.trim(), expiresAtMs };
    const made = await order.run(() => api.send('POST', '/tokens', body, readMadeToken));
    if (made !== undefined) onMade({ kind, secret: made.secret });
  };
  return (
    <Form faults={faults} onSubmit={() => void submit()}>
      <NativeSelect
        label={t('tokens.kind')}
        autoFocus
        data={kinds.map((value) => ({ value, label: t(`tokens.${value}`) }))}
        value={kind}
        onChange={(event) => {
          const chosen = kinds.find((value) => value === event.currentTarget.value);
          if (chosen !== undefined) setTyped({ ...beginToken(session, chosen), name });
        }}
      />
      <TextInput
        label={t('tokens.name')}
        description={t('tokens.nameHint')}
        required
        maxLength={64}
        value={name}
        error={faults.name === true && t('field.missing')}
        onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value })}
      />
      <Group gap="sm" align="start" grow>
        <NativeSelect
          label={t('field.role')}
          description={t(`roleMeans.${role}`)}
          inputWrapperOrder={['label', 'input', 'description']}
          data={roleOptions(session, kind).map((value) => ({ value, label: t(`role.${value}`) }))}
          value={role}
          onChange={(event) => {
            const chosen = roleOptions(session, kind).find((r) => r === event.currentTarget.value);
            if (chosen !== undefined) setTyped({ ...typed, role: chosen });
          }}
        />
        <TextInput
          label={t('field.region')}
          description={t('field.regionHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          maxLength={13}
          spellCheck={false}
          value={region}
          error={faults.region === true && t('field.regionWrong')}
          onChange={(event) => setTyped({ ...typed, region: event.currentTarget.value })}
        />
        <TextInput
          label={t('tokens.days')}
          inputMode="numeric"
          required
          maxLength={3}
          value={days}
          error={faults.days === true && t('tokens.daysWrong', { max: maxTokenDays[kind] })}
          onChange={(event) => setTyped({ ...typed, days: event.currentTarget.value })}
        />
      </Group>
      <ProblemNotice problem={order.problem} />
      <Group>
        <Button type="submit" loading={order.isBusy}>
          {t('tokens.make')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('account.cancel')}
        </Button>
      </Group>
    </Form>
  );
}
