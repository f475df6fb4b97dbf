import { readAnswer } from '../../../src/cli/sending/read-answer';

test('says of a redirect where it leads, since none is followed', () => {
  expect(readAnswer({ status: 308, location: 'https://app.example/hooks', text: '', ms: 1 })).toEqual({
    status: 308,
    detail: 'It redirects to https://app.example/hooks, and is not followed',
    ms: 1,
  });
});

test('shows what cannot be seen in the address of a redirect, and takes the reason that a body gives first', () => {
  const text = JSON.stringify({ title: 'Moved' });
  expect(readAnswer({ status: 302, location: 'http://a/\u202e\u009b', ms: 1 }).detail).toBe(
    'It redirects to http://a/\\u202e\\u009b, and is not followed',
  );
  expect(readAnswer({ status: 302, location: 'http://a/', text, ms: 1 }).detail).toBe('Moved');
});

test('shows no credential of the address of a redirect', () => {
  expect(
    readAnswer({ status: 308, location: '/hooks/?token=t0p-secret&x=1#access_token=t0p-secret', ms: 1 }).detail,
  ).toBe('It redirects to /hooks/?token=…&x=1#access_token=…, and is not followed');
});

test('passes over the Location of an answer that is no redirect', () => {
  expect(readAnswer({ status: 201, location: '/made/1', ms: 1 })).toEqual({ status: 201, ms: 1 });
});
