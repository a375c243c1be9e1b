import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { AddPerson } from './AddPerson.tsx';
import { EditPerson } from './EditPerson.tsx';
import { PeopleTable } from './PeopleTable.tsx';
import { PermissionTable } from './PermissionTable.tsx';
import { readPeople } from './users.ts';

type PeopleDialogProps = {
  readonly session: SessionInfo;
  readonly onOwnAccount: () => void;
  readonly onClose: () => void;
};

/** A person's name, or `add` for one who does not exist yet; names have two characters at least. */
type Shown = { readonly edits: string } | 'add' | undefined;

/** The people of one's regions: who they are, what they may, and whether they may come in. */
export function PeopleDialog({ session, onOwnAccount, onClose }: PeopleDialogProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/users', readPeople);
  const [shown, setShown] = useState<Shown>();
  const scope = scopeOf(session.grants, 'users.manage');
  const people = answer?.ok === true ? answer.value : [];
  const edited = typeof shown === 'object' ? people.find((p) => p.name === shown.edits) : undefined;
  const back = (): void => {
    setShown(undefined);
    askAgain();
  };
  return (
    <PageDialog title={t('people.title')} widthPx={1040} onClose={onClose}>
      {shown === 'add' && <AddPerson scope={scope} onBack={back} />}
      {edited !== undefined && (
        <EditPerson
          key={edited.name}
          person={edited}
          scope={scope}
          isOneself={edited.name === session.name}
          onOwnAccount={onOwnAccount}
          onBack={back}
          onChange={askAgain}
        />
      )}
      {shown !== 'add' && edited === undefined && (
        <Tabs defaultValue="list" activateTabWithKeyboard>
          <Tabs.List>
            <Tabs.Tab value="list">{t('people.list')}</Tabs.Tab>
            <Tabs.Tab value="matrix">{t('people.matrix')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="list" pt="sm">
            <PeopleTable
              people={people}
              problem={answer?.ok === false ? answer.problem : undefined}
              isAsking={answer === undefined}
              onAdd={() => setShown('add')}
              onEdit={(name) => setShown({ edits: name })}
            />
          </Tabs.Panel>
          <Tabs.Panel value="matrix" pt="sm">
            <PermissionTable />
          </Tabs.Panel>
        </Tabs>
      )}
    </PageDialog>
  );
}
