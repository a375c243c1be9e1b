import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useDesk } from './incidentDesk.ts';

type SideColumnProps = {
  readonly units: ReactNode;
  readonly incidents: ReactNode;
  readonly openIncidents: number;
};

/** The left column: units, or incidents. */
export function SideColumn({ units, incidents, openIncidents }: SideColumnProps) {
  const { t } = useTranslation();
  const { tab, setTab } = useDesk();
  return (
    <Tabs
      className="side-column"
      data-tab={tab}
      value={tab}
      keepMounted={false}
      activateTabWithKeyboard
      onChange={(value) => setTab(value === 'incidents' ? 'incidents' : 'units')}
    >
      <Tabs.List grow aria-label={t('incident.sideColumn')}>
        <Tabs.Tab value="units">{t('incident.tabUnits')}</Tabs.Tab>
        <Tabs.Tab value="incidents">
          {t('incident.tabIncidents', { count: openIncidents })}
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="units" className="side-panel">
        {units}
      </Tabs.Panel>
      <Tabs.Panel value="incidents" className="side-panel">
        {incidents}
      </Tabs.Panel>
    </Tabs>
  );
}
