import { fileNamed, type FlowExample } from '#core/testing'

const piece = fileNamed('acte-engagement.pdf')

/** A piece and its type; the zip is read by the test of the flow. */
export const exemple: FlowExample = {
  departures: { complet: () => ({ etape: 'OR', 'pieces.pieces': [piece] }) },
  corrections: {
    'pieces.aTyper': [
      { 'pieces.types': [{ sha256: piece.sha256, name: piece.name, value: 'AE', label: "Acte d'engagement" }] },
    ],
  },
}
