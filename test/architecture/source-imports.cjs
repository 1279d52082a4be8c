const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/**
 * Where an import leads in the sources. package.json maps `#lib/file.js` to `dist/`, which may be old or absent; the rules
 * are about what is written, so `#...` and `.js` lead to the TypeScript file.
 */
module.exports = {
  resolve: {
    alias: [
      { name: '#apps', alias: join(root, 'apps') },
      { name: '#bench', alias: join(root, 'bench') },
      { name: '#*', alias: join(root, 'libs', '*') },
    ],
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
};
