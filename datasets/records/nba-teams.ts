/** Abbreviations by team id since 1996. A franchise keeps its id when it moves, but not its abbreviation. */
const ABBREVIATIONS: Readonly<Record<string, readonly string[]>> = {
  '1610612737': ['ATL'],
  '1610612738': ['BOS'],
  '1610612739': ['CLE'],
  '1610612740': ['NOP', 'NOH', 'NOK'],
  '1610612741': ['CHI'],
  '1610612742': ['DAL'],
  '1610612743': ['DEN'],
  '1610612744': ['GSW'],
  '1610612745': ['HOU'],
  '1610612746': ['LAC'],
  '1610612747': ['LAL'],
  '1610612748': ['MIA'],
  '1610612749': ['MIL'],
  '1610612750': ['MIN'],
  '1610612751': ['BKN', 'NJN'],
  '1610612752': ['NYK'],
  '1610612753': ['ORL'],
  '1610612754': ['IND'],
  '1610612755': ['PHI'],
  '1610612756': ['PHX'],
  '1610612757': ['POR'],
  '1610612758': ['SAC'],
  '1610612759': ['SAS'],
  '1610612760': ['OKC', 'SEA'],
  '1610612761': ['TOR'],
  '1610612762': ['UTA'],
  '1610612763': ['MEM', 'VAN'],
  '1610612764': ['WAS'],
  '1610612765': ['DET'],
  '1610612766': ['CHA', 'CHH'],
};

/** Whether the team plays at home; undefined if neither abbreviation belongs to it. */
export function playsAtHome(
  teamId: string,
  home: string | undefined,
  away: string | undefined,
): boolean | undefined {
  const own = ABBREVIATIONS[teamId];
  if (own === undefined) return undefined;
  if (home !== undefined && own.includes(home)) return true;
  return away !== undefined && own.includes(away) ? false : undefined;
}
