import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const sentence = /[a-z,:;.] [a-z(]/i;

/** Passes over the words of messages: tests hold their meaning, not their spelling. */
const words = {
  shouldIgnore({ node }) {
    if (node.type === 'StringLiteral' && sentence.test(node.value)) return 'words for people';
    if (node.type !== 'TemplateLiteral') return undefined;
    const text = node.quasis.map((part) => part.value.cooked).join('…');
    return sentence.test(text) ? 'words for people' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'words', words)];
