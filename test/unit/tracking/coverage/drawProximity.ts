import { proximityScore } from '../../../../server/tracking/coverage/proximityScore.ts';

/* Picture units. */
const width = 720;
const height = 400;
const left = 60;
const right = 20;
const top = 30;
const bottom = 60;

/** Metres from the edge, of a TPS. */
const fromM = -300;
const toM = 1_300;
const watchRadiusM = 1_000;

const curves = [
  { accuracyM: 0, colour: '#1b1f24', dash: '', name: 'no error: the plain formula' },
  { accuracyM: 50, colour: '#0b6bcb', dash: '8 4', name: 'sigma 50 m' },
  { accuracyM: 200, colour: '#b35900', dash: '2 4', name: 'sigma 200 m' },
] as const;

/** The figure of docs/proximity.md, from the code itself. */
export function drawProximity(): string {
  const rows = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Proximity score against the distance from the edge, watch radius 1,000 m</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<rect x="${x(fromM)}" y="${y(100)}" width="${x(0) - x(fromM)}" height="${y(0) - y(100)}" fill="#eef1f4"/>`,
    `<text x="${(x(fromM) + x(0)) / 2}" y="${top - 10}" text-anchor="middle">inside</text>`,
    `<text x="${x(watchRadiusM)}" y="${top - 10}" text-anchor="middle">watch radius</text>`,
    line(x(watchRadiusM), y(0), x(watchRadiusM), y(100), '4 4'),
  ];
  for (let score = 0; score <= 100; score += 25) {
    rows.push(line(x(fromM), y(score), x(toM), y(score), ''));
    rows.push(`<text x="${left - 8}" y="${y(score) + 4}" text-anchor="end">${score}</text>`);
  }
  for (let m = fromM + 100; m <= toM; m += 200) {
    rows.push(`<text x="${x(m)}" y="${y(0) + 18}" text-anchor="middle">${m}</text>`);
  }
  rows.push(
    `<text x="${(x(fromM) + x(toM)) / 2}" y="${y(0) + 40}" text-anchor="middle">signed distance to the edge, metres</text>`,
  );
  curves.forEach(({ accuracyM, colour, dash, name }, i) => {
    const points: string[] = [];
    for (let m = fromM; m <= toM; m += 20) {
      points.push(`${x(m)},${y(proximityScore(m, accuracyM, watchRadiusM))}`);
    }
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"`;
    const legendY = top + 24 + 20 * i;
    rows.push(`<polyline points="${points.join(' ')}" ${stroke}/>`);
    rows.push(`<polyline points="${x(520)},${legendY} ${x(600)},${legendY}" ${stroke}/>`);
    rows.push(`<text x="${x(620)}" y="${legendY + 4}">${name}</text>`);
  });
  return `${rows.join('\n')}\n</svg>\n`;
}

function x(m: number): number {
  return round(left + ((m - fromM) / (toM - fromM)) * (width - left - right));
}

function y(score: number): number {
  return round(height - bottom - (score / 100) * (height - top - bottom));
}

function line(x1: number, y1: number, x2: number, y2: number, dash: string): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#c3cad2" stroke-dasharray="${dash}"/>`;
}

/** A tenth is finer than a screen. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
