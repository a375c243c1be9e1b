/**
 * Prints all of a list that is read page by page, by id.
 *
 * @param readPage the entries after an id, as many as a page has where there are so many
 */
export async function printPages<Entry extends { readonly id: string }>(
  pageLength: number,
  readPage: (after: string) => Promise<readonly Entry[]>,
  print: (entry: Entry) => void,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await readPage(after);
    for (const entry of page) print(entry);
    if (page.length < pageLength) return;
    after = page.at(-1)?.id ?? '';
  }
}
