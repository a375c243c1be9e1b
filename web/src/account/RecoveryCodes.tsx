import { Button, Group, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../forms/CopyField.tsx';

type RecoveryCodesProps = {
  /** Whose they are, for the paper that they are printed on. */
  readonly name: string;
  readonly codes: readonly string[];
  /** What they are, and what became of those before. */
  readonly intro: string;
  readonly onDone: () => void;
};

/** The codes that stand for the second factor when the phone is lost; shown this once. */
export function RecoveryCodes({ name, codes, intro, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLOListElement>(null);
  const [state, setState] = useState<'copied' | 'byHand'>();
  useEffect(() => list.current?.focus(), []);
  const copy = async (): Promise<void> => {
    if (await copyText(codes.join('\n'))) {
      setState('copied');
      return;
    }
    setState('byHand');
    if (list.current !== null) window.getSelection()?.selectAllChildren(list.current);
  };
  return (
    <>
      <Text size="sm">{intro}</Text>
      <div className="recovery-sheet">
        <p className="recovery-owner" aria-hidden="true">
          {t('app.name')} · {name} · {t('account.recoveryTitle')}
        </p>
        <ol
          ref={list}
          tabIndex={-1}
          className="recovery-codes"
          aria-label={t('account.recoveryTitle')}
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
      </div>
      <Group>
        <Button variant="default" onClick={() => void copy()}>
          {t('copy.copy')}
        </Button>
        <Button variant="default" onClick={() => window.print()}>
          {t('account.print')}
        </Button>
        <Button onClick={onDone}>{t('account.recoveryDone')}</Button>
        <span role="status" className="quiet">
          {state !== undefined && t(`copy.${state}`)}
        </span>
      </Group>
    </>
  );
}
