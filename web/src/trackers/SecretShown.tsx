import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QrCode } from '../account/QrCode.tsx';
import { CopyField } from '../forms/CopyField.tsx';
import { Section } from '../forms/Section.tsx';
import type { MadeSecret, PhoneLinks } from './madeSecret.ts';

type SecretShownProps = {
  readonly title: string;
  readonly made: MadeSecret & { readonly secret: string };
  readonly onDone: () => void;
};

/** A new secret, shown this once: to type in, and to scan with a phone. */
export function SecretShown({ title, made, onDone }: SecretShownProps) {
  const { t } = useTranslation();
  const { id, secret, phone } = made;
  return (
    <Section title={title}>
      <div className="form secret-made" data-made={id}>
        <Text size="sm">{t('secret.intro')}</Text>
        <Group gap="sm" grow>
          <CopyField label={t('secret.id')} text={id} />
          <CopyField label={t('secret.secret')} text={secret} />
        </Group>
        {phone !== undefined && <PhoneSetUp phone={phone} />}
        <Button autoFocus onClick={onDone}>
          {t('secret.done')}
        </Button>
      </div>
    </Section>
  );
}

function PhoneSetUp({ phone }: { readonly phone: PhoneLinks }) {
  const { t } = useTranslation();
  const { ownTracksUrl, traccarUrl, osmandUrl } = phone;
  const [app, setApp] = useState<'owntracks' | 'traccar'>(
    ownTracksUrl === undefined ? 'traccar' : 'owntracks',
  );
  const code = app === 'owntracks' ? ownTracksUrl : traccarUrl;
  return (
    <>
      {ownTracksUrl !== undefined && (
        <SegmentedControl
          className="app-choice"
          aria-label={t('secret.app')}
          value={app}
          onChange={(value) => setApp(value === 'owntracks' ? 'owntracks' : 'traccar')}
          data={[
            { value: 'owntracks', label: 'OwnTracks' },
            { value: 'traccar', label: 'Traccar Client' },
          ]}
        />
      )}
      <Group gap="lg" align="start" wrap="nowrap">
        {code !== undefined && <QrCode text={code} label={t('secret.qr')} />}
        <div className="form qr-beside">
          <Text size="sm">{t(`secret.${app}`)}</Text>
          {app === 'traccar' && <CopyField label={t('secret.traccarUrl')} text={osmandUrl} />}
        </div>
      </Group>
    </>
  );
}
