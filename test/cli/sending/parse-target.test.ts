import { parseTarget } from '../../../src/cli/sending/parse-target';

test.each(['ftp://a/', 'file:///etc/passwd', 'localhost:3000', '', 'http://user:pass@127.0.0.1/', 'javascript:1'])(
  'an app is not at %j',
  (text) => {
    expect(() => parseTarget(text)).toThrow(/^expected/);
  },
);
