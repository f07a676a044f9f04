// oxlint-disable-next-line no-restricted-imports -- Here it gets its seed.
import fc from 'fast-check';

/**
 * Properties are tried with the same values in every run, so that a green commit stays green. PROPERTY_SEED=N
 * tries others, PROPERTY_SEED=random those of nobody's choice; a failure names its seed.
 */
const asked = process.env['PROPERTY_SEED'];
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 1) });

export { fc };
