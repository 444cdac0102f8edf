import type { ShotType, ShotZone } from './shot.ts';

const BASIC: Readonly<Record<string, ShotZone>> = {
  'Restricted Area': 'restricted-area',
  'In The Paint (Non-RA)': 'paint',
  'Mid-Range': 'mid-range',
  'Left Corner 3': 'left-corner-3',
  'Right Corner 3': 'right-corner-3',
  'Above the Break 3': 'above-the-break-3',
  Backcourt: 'backcourt',
};

/**
 * One zone from three redundant columns. The basic zone decides; if it is missing, area and range decide as far as
 * possible.
 * @param area such as `Left Side(L)`; `range` such as `24+ ft.`
 */
export function combineZone(
  basic: string | undefined,
  area: string | undefined,
  range: string | undefined,
  shotType: ShotType,
): ShotZone | undefined {
  if (basic !== undefined) return BASIC[basic];
  if (area === 'Back Court(BC)' || range === 'Back Court Shot') return 'backcourt';
  if (shotType === 3) {
    if (area === 'Left Side(L)') return 'left-corner-3';
    if (area === 'Right Side(R)') return 'right-corner-3';
    return area === undefined ? undefined : 'above-the-break-3';
  }
  if (range === 'Less Than 8 ft.')
    return area === undefined || area === 'Center(C)' ? 'restricted-area' : 'mid-range';
  if (range === '8-16 ft.' && area === 'Center(C)') return 'paint';
  return range === '8-16 ft.' || range === '16-24 ft.' ? 'mid-range' : undefined;
}
