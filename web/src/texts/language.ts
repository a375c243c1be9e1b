/** Languages of the page: Bahasa Indonesia and English. */
export type Language = 'id' | 'en';
