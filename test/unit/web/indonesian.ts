import { createInstance, type TFunction } from 'i18next';
import { id } from '../../../web/src/texts/id.ts';

/** The page's texts in its first language. */
export async function indonesian(): Promise<TFunction> {
  const texts = createInstance();
  await texts.init({
    lng: 'id',
    defaultNS: 'page',
    resources: { id: { page: id } },
    keySeparator: false,
    nsSeparator: false,
  });
  return texts.t;
}
