// Prints the packages that loading the core alone brings in, one a line.
require('bigmind-webhooks');

const packages = Object.keys(require.cache).map((file) => {
  const inside = file.replaceAll('\\', '/').split('/node_modules/').at(-1);
  return inside.split('/', inside.startsWith('@') ? 2 : 1).join('/');
});
const ownFolders = Object.keys(require.cache).flatMap((file) => {
  const folder = /bigmind-webhooks\/dist\/(\w+)\//.exec(file.replaceAll('\\', '/'))?.[1];
  return folder === undefined ? [] : [folder];
});
console.log(JSON.stringify({ packages: [...new Set(packages)], folders: [...new Set(ownFolders)] }));
