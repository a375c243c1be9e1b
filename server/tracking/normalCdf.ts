const sqrt2Pi = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / sqrt2Pi;
}

/**
 * Probability that a standard normal value is at most `z`; absolute error below 1e-15.
 *
 * Rational approximation of Hart (1968), algorithm 5666, as given by West (2005), "Better
 * approximations to cumulative normal functions", Wilmott Magazine; a continued fraction beyond 7.07.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  const tail = x > 37 ? 0 : x < 7.071_067_811_865_47 ? nearTail(x) : farTail(x);
  return z > 0 ? 1 - tail : tail;
}

function nearTail(x: number): number {
  let above = 3.526_249_659_989_11e-2 * x + 0.700_383_064_443_688;
  above = above * x + 6.373_962_203_531_65;
  above = above * x + 33.912_866_078_383;
  above = above * x + 112.079_291_497_871;
  above = above * x + 221.213_596_169_931;
  above = above * x + 220.206_867_912_376;
  let below = 8.838_834_764_831_84e-2 * x + 1.755_667_163_182_64;
  below = below * x + 16.064_177_579_207;
  below = below * x + 86.780_732_202_946_1;
  below = below * x + 296.564_248_779_674;
  below = below * x + 637.333_633_378_831;
  below = below * x + 793.826_512_519_948;
  below = below * x + 440.413_735_824_752;
  return (Math.exp((-x * x) / 2) * above) / below;
}

function farTail(x: number): number {
  const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))));
  return normalDensity(x) / fraction;
}
