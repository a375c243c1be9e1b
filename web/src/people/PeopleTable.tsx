import { Button, Table, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { grantsText } from '../account/grantText.ts';
import type { Problem } from '../api/problem.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { Person } from './users.ts';

type PeopleTableProps = {
  readonly people: readonly Person[];
  readonly problem: Problem | undefined;
  readonly isAsking: boolean;
  readonly onAdd: () => void;
  readonly onEdit: (name: string) => void;
};

const byName = new Intl.Collator('id', { numeric: true });

/** Everybody whom one may manage, by name. */
export function PeopleTable({ people, problem, isAsking, onAdd, onEdit }: PeopleTableProps) {
  const { t } = useTranslation();
  const sorted = people.toSorted((a, b) => byName.compare(a.name, b.name));
  return (
    <>
      <Button variant="default" size="compact-sm" mb="xs" onClick={onAdd}>
        {t('people.add')}
      </Button>
      <ProblemNotice problem={problem} />
      {people.length === 0 && problem === undefined && !isAsking && (
        <Text size="sm">{t('people.none')}</Text>
      )}
      {people.length > 0 && (
        <Table className="data-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('field.name')}</Table.Th>
              <Table.Th>{t('field.fullName')}</Table.Th>
              <Table.Th>{t('people.roles')}</Table.Th>
              <Table.Th>{t('people.secondFactor')}</Table.Th>
              <Table.Th>{t('people.state')}</Table.Th>
              <Table.Th aria-hidden="true" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map((person) => (
              <Table.Tr key={person.name} data-person={person.name}>
                <Table.Td>{person.name}</Table.Td>
                <Table.Td>{person.fullName}</Table.Td>
                <Table.Td>{grantsText(person.grants, t)}</Table.Td>
                <Table.Td className={person.hasSecondFactor ? undefined : 'quiet'}>
                  {t(person.hasSecondFactor ? 'people.factorSet' : 'people.factorNotSet')}
                </Table.Td>
                <Table.Td>{stateText(person, t)}</Table.Td>
                <Table.Td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('people.editOf', { name: person.name })}
                    onClick={() => onEdit(person.name)}
                  >
                    {t('people.edit')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}

function stateText(person: Person, t: TFunction): string {
  const facts = [
    t(person.isDisabled ? 'people.disabled' : 'people.active'),
    ...(person.mustChangePassword ? [t('people.mustChange')] : []),
  ];
  return facts.join(' · ');
}
