import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { type ApiClient, readNothing } from '../api/apiClient.ts';
import type { Answer } from '../api/problem.ts';
import { useOrder } from '../api/useOrder.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Outcome } from '../forms/Outcome.tsx';
import { type Person, pathOf, readPerson } from './users.ts';

type AccessButtonsProps = {
  readonly person: Person;
  readonly isOneself: boolean;
  readonly onChange: () => void;
};

/** Closes a person's ways in, and opens them again. */
export function AccessButtons({ person, isOneself, onChange }: AccessButtonsProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [done, setDone] = useState<string>();
  const path = pathOf(person);
  const act = async (
    ask: (client: ApiClient) => Promise<Answer<unknown>>,
    said: string,
  ): Promise<void> => {
    setDone(undefined);
    if ((await order.run(() => ask(api))) === undefined) return;
    setDone(said);
    onChange();
  };
  const remove = (what: string, said: string): void => {
    void act((client) => client.send('DELETE', `${path}/${what}`, undefined, readNothing), said);
  };
  const setDisabled = (isDisabled: boolean): void => {
    const said = t(isDisabled ? 'people.disabledNow' : 'people.enabledNow', { name: person.name });
    void act((client) => client.send('PATCH', path, { isDisabled }, readPerson), said);
  };
  return (
    <>
      <Group gap="sm">
        {person.hasSecondFactor && !isOneself && (
          <ConfirmButton
            text={t('people.takeAwayFactor')}
            consequence={t('people.takeAwayFactorMeans')}
            onConfirm={() => remove('second-factor', t('people.factorTaken'))}
          />
        )}
        <ConfirmButton
          text={t('people.endSessions')}
          consequence={t('people.endSessionsMeans')}
          onConfirm={() => remove('sessions', t('people.sessionsEnded'))}
        />
        {person.isDisabled ? (
          <Button size="compact-sm" variant="default" onClick={() => setDisabled(false)}>
            {t('people.enable')}
          </Button>
        ) : (
          <ConfirmButton
            text={t('people.disable')}
            consequence={t('people.disableMeans')}
            onConfirm={() => setDisabled(true)}
          />
        )}
      </Group>
      <Outcome order={order} done={done} />
    </>
  );
}
