/* The first half of `npm run build`; also run as a child by ensureWebBuilt. Prints the folder of the built page. */

// React and its compiler look at this while they are loaded, and would come in their slow,
// talkative form for developers: hence set before anything of the build is imported
process.env['NODE_ENV'] = 'production';
const { buildPage } = await import('./buildPage.ts');

process.stdout.write(`${await buildPage()}\n`);
