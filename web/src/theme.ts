import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core';

/** The system's own interface font: crisp on every desk, and nothing to fetch. */
export const fontFamily =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** One blue for what the person chose or may press; every other colour means that something is wrong. */
const choice: MantineColorsTuple = [
  '#eaf3fc',
  '#d3e4f6',
  '#a6c9ec',
  '#74b2f2',
  '#4f97de',
  '#3482cf',
  '#145ca8',
  '#114e90',
  '#0d3f75',
  '#092f59',
];

/** Greys without a tint of blue glare, from paper to night. */
const dark: MantineColorsTuple = [
  '#dde2e7',
  '#b9c1c9',
  '#9aa4ae',
  '#76818c',
  '#48525c',
  '#38414a',
  '#2a3138',
  '#20262c',
  '#191e23',
  '#12161a',
];

/** Calm, dense and readable for a twelve-hour watch (ISA-101: greys first, colour for the abnormal). */
export const theme = createTheme({
  fontFamily,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  colors: { choice, dark },
  primaryColor: 'choice',
  primaryShade: { light: 6, dark: 3 },
  // the library takes its contrast from one theme for both: white on the light blue would be 2.2:1
  variantColorResolver: (asked) => {
    const colors = defaultVariantColorsResolver(asked);
    return asked.variant === 'filled' ? { ...colors, color: 'var(--on-choice)' } : colors;
  },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // nearly every field is needed; one that is left empty says so
  components: { InputWrapper: { defaultProps: { withAsterisk: false } } },
});
