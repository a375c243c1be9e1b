import { Button, Group, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { languageOf, switchLanguage } from '../texts/setUpTexts.ts';

/** The other language and the other theme, one click away on every page. */
export function PageSwitches() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const otherLanguage = languageOf(i18n) === 'id' ? 'en' : 'id';
  const otherTheme = colorScheme === 'light' ? 'dark' : 'light';
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        lang={otherLanguage}
        aria-label={t('language.label')}
        onClick={() => void switchLanguage(i18n, otherLanguage)}
      >
        {t('language.switch')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setColorScheme(otherTheme)}>
        {t(otherTheme === 'light' ? 'theme.toLight' : 'theme.toDark')}
      </Button>
    </Group>
  );
}
