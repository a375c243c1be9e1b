import { Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../api/useAnswer.ts';
import { ChangePasswordForm } from '../session/ChangePasswordForm.tsx';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { readTokens, tokenState } from '../tokens/tokens.ts';

type PasswordPartProps = { readonly session: SessionInfo; readonly holder: SessionHolder };

/** Changes one's own password, and names the tokens for scripts that end with the old one. */
export function PasswordPart({ session, holder }: PasswordPartProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/tokens', readTokens);
  /** How many ended with the old password; undefined while it has not been changed. */
  const [tokensRevoked, setTokensRevoked] = useState<number>();
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // on a small screen it stands below the fields, out of sight
    if (tokensRevoked !== undefined) outcome.current?.scrollIntoView({ block: 'nearest' });
  }, [tokensRevoked]);
  const scripts = (answer?.ok === true ? answer.value : []).filter(
    (token) =>
      token.kind === 'api' &&
      token.owner === session.name &&
      tokenState(token, Date.now()) === 'active',
  );
  return (
    <>
      {scripts.length > 0 && (
        <Text size="sm">
          {t('newPassword.endsTokens', { names: scripts.map(({ name }) => name).join(', ') })}
        </Text>
      )}
      <ChangePasswordForm
        name={session.name}
        onChanged={(changed) => {
          setTokensRevoked(changed.tokensRevoked);
          holder.take(changed.session);
          askAgain();
        }}
      />
      <div role="status" ref={outcome}>
        {tokensRevoked !== undefined && <Text size="sm">{t('newPassword.done')}</Text>}
        {tokensRevoked !== undefined && tokensRevoked > 0 && (
          <Text size="sm" className="warns">
            {t('newPassword.endedTokens', { n: tokensRevoked })}
          </Text>
        )}
      </div>
    </>
  );
}
