import fc from 'fast-check';

const { propertySeed } = jest.requireActual<{ propertySeed(): number }>('./seed.js');

const given = process.env['PROPERTY_SEED'];

afterEach(() => {
  if (given === undefined) delete process.env['PROPERTY_SEED'];
  else process.env['PROPERTY_SEED'] = given;
});

/** What a property draws that has no seed of its own. */
function drawn(): number[] {
  const numbers: number[] = [];
  fc.assert(fc.property(fc.integer(), (number) => void numbers.push(number)));
  return numbers;
}

test('every property draws from the seed of this run', () => {
  expect(fc.readConfigureGlobal()).toEqual({ seed: propertySeed() });
  expect(drawn()).toHaveLength(100);
  expect(drawn()).toEqual(drawn());
});

test('without PROPERTY_SEED the seed is always the same, and with it that one', () => {
  delete process.env['PROPERTY_SEED'];
  expect(propertySeed()).toBe(20_261_101);
  process.env['PROPERTY_SEED'] = '-7';
  expect(propertySeed()).toBe(-7);
});

test.each(['', ' ', 'random', '1.5', '4294967296'])('the seed %j is refused', (seed) => {
  process.env['PROPERTY_SEED'] = seed;
  expect(propertySeed).toThrow('PROPERTY_SEED: expected a whole number');
});
