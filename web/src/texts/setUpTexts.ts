import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { recall, remember } from '../remember.ts';
import { en } from './en.ts';
import { id, type Texts } from './id.ts';
import type { Language } from './language.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page';
    resources: { page: Texts };
    keySeparator: false;
    nsSeparator: false;
  }
}

/** The language of an i18next instance; Indonesian for everything that is not English. */
export function languageOf(texts: i18n): Language {
  return texts.language === 'en' ? 'en' : 'id';
}

/** All texts, in the remembered language, else in Indonesian. The page's `lang` and title follow. */
export async function setUpTexts(): Promise<i18n> {
  const texts = createInstance();
  texts.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    document.title = texts.t('app.title');
  });
  await texts.use(initReactI18next).init({
    lng: recall('posko.language') === 'en' ? 'en' : 'id',
    fallbackLng: 'id',
    defaultNS: 'page',
    resources: { id: { page: id }, en: { page: en } },
    keySeparator: false,
    nsSeparator: false,
    // React escapes whatever it renders
    interpolation: { escapeValue: false },
  });
  return texts;
}

/** Changes the language, now and for the next visit. */
export async function switchLanguage(texts: i18n, language: Language): Promise<void> {
  remember('posko.language', language);
  await texts.changeLanguage(language);
}
