/** Codes of the types of pieces, as the flow « Pièces de marché » knows them (`flows/marches.md`, Piece type codes). */
export const CODES = [
  ...[
    'ARN',
    'AE',
    'AS',
    'AN',
    'AL',
    'AU',
    'APD',
    'APS',
    'AV',
    'AC',
    'BC',
    'BPU',
    'CCAP',
    'CCTP',
    'CA',
    'CM',
    'CN',
    'DS',
  ],
  ...['DPGF', 'DG', 'DQE', 'DR', 'EC', 'EA', 'E', 'LR', 'LC', 'MP', 'OS', 'P', 'AO', 'CAO', 'COP', 'RP', 'RDP', 'RC'],
] as const
