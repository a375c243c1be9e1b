// The way in. Read by any Node, so it has no static imports and no types: an older Node must get
// far enough to say what to run instead (docs/adr/0001). Everything else begins in run.ts.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Posko needs Node 24, and this is Node ${process.versions.node}. Run it through npm, which brings its own: npm ci && npm start\n`,
  );
  process.exitCode = 1;
} else {
  void import('./keepCompiled.ts')
    .then(({ keepCompiled }) => {
      keepCompiled();
      return import('./run.ts');
    })
    .then(({ run }) => run(process.argv.slice(2)));
}
