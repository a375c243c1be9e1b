import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { permissions, roleMay, roles } from '../../../server/domain/permission.ts';

/** Which role may do what, as the server decides it. */
export function PermissionTable() {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" mb="xs">
        {t('people.matrixIntro')}
      </Text>
      <Table className="data-table permission-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('people.permission')}</Table.Th>
            {roles.map((role) => (
              <Table.Th key={role} scope="col" title={t(`roleMeans.${role}`)}>
                {t(`role.${role}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {permissions.map((permission) => (
            <Table.Tr key={permission}>
              <Table.Th scope="row">{t(`permission.${permission}`)}</Table.Th>
              {roles.map((role) => (
                <Table.Td key={role}>
                  {roleMay(role, permission) ? (
                    t('people.may')
                  ) : (
                    <span className="quiet">{t('people.mayNot')}</span>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
