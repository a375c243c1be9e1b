import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { roles } from '../../../server/domain/permission.ts';
import { grantText } from '../account/grantText.ts';
import { type GrantFault, grantFault, offeredRegion, type TypedGrant } from './typedGrant.ts';

type GrantFieldsProps = {
  readonly grants: readonly TypedGrant[];
  /** The regions in which roles may be given. */
  readonly scope: Scope;
  /** Faults are told after the person tried to send, not while they type. */
  readonly showsFaults: boolean;
  readonly onType: (grants: readonly TypedGrant[]) => void;
};

const faultText = { region: 'field.regionWrong', scope: 'field.regionNotYours' } as const;

/** Roles of a person, each on a region, with what each role means. */
export function GrantFields({ grants, scope, showsFaults, onType }: GrantFieldsProps) {
  const { t } = useTranslation();
  const change = (changed: TypedGrant): void => {
    onType(grants.map((grant) => (grant.id === changed.id ? changed : grant)));
  };
  const add = (): void => {
    const id = Math.max(-1, ...grants.map((grant) => grant.id)) + 1;
    onType([...grants, { id, role: 'dispatcher', region: offeredRegion(scope) }]);
  };
  return (
    <fieldset className="grant-fields">
      <legend>{t('people.grants')}</legend>
      {grants.map((grant, i) => {
        const fault: GrantFault | undefined = showsFaults ? grantFault(grant, scope) : undefined;
        return (
          <Group key={grant.id} gap="sm" align="start" wrap="nowrap" className="grant-row">
            <NativeSelect
              label={t('field.role')}
              description={t(`roleMeans.${grant.role}`)}
              inputWrapperOrder={['label', 'input', 'description']}
              flex={3}
              data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
              value={grant.role}
              onChange={(event) => {
                const role = roles.find((name) => name === event.currentTarget.value);
                if (role !== undefined) change({ ...grant, role });
              }}
            />
            <TextInput
              label={t('field.region')}
              // once is enough
              description={i === 0 && t('field.regionHint')}
              inputWrapperOrder={['label', 'input', 'error', 'description']}
              flex={2}
              required
              maxLength={13}
              spellCheck={false}
              value={grant.region}
              error={fault !== undefined && t(faultText[fault])}
              onChange={(event) => change({ ...grant, region: event.currentTarget.value })}
            />
            <Button
              variant="default"
              className="beside-field"
              aria-label={t('people.removeGrant', { grant: grantText(grant, t) })}
              onClick={() => onType(grants.filter(({ id }) => id !== grant.id))}
            >
              ×
            </Button>
          </Group>
        );
      })}
      <Button variant="default" size="compact-sm" onClick={add}>
        {t('people.addGrant')}
      </Button>
    </fieldset>
  );
}
