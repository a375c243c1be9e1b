import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import { GatewaysPart } from '../gateways/GatewaysPart.tsx';
import type { LiveView } from '../live/liveView.ts';
import type { UnitTable } from '../live/unitTable.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { TrackersPart } from './TrackersPart.tsx';

type TrackersDialogProps = {
  readonly session: SessionInfo;
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly onClose: () => void;
};

/** Who may speak at the door: trackers, and gateways that speak for them. */
export function TrackersDialog({ session, table, view, onClose }: TrackersDialogProps) {
  const { t } = useTranslation();
  const scope = scopeOf(session.grants, 'trackers.manage');
  return (
    <PageDialog title={t('trackers.title')} widthPx={1180} onClose={onClose}>
      <Tabs defaultValue="trackers" activateTabWithKeyboard keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="trackers">{t('trackers.title')}</Tabs.Tab>
          <Tabs.Tab value="gateways">{t('gateways.title')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="trackers" pt="sm">
          <TrackersPart scope={scope} table={table} view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="gateways" pt="sm">
          <GatewaysPart scope={scope} />
        </Tabs.Panel>
      </Tabs>
    </PageDialog>
  );
}
