import { describe, expect, test } from 'vitest'
import { looselyEqual, type Stored } from './loose.ts'
import { isAllowed, ruleWithout, unknownRuleKeys, unmet, type Rule, type RuleFacts } from './rules.ts'

const facts = (some: Partial<RuleFacts> & { readonly fields?: Readonly<Record<string, Stored>> } = {}): RuleFacts => ({
  state: 'modification',
  history: ['creation', 'modification'],
  role: 'editeur',
  entityType: 'collectivite',
  hasRight: right => right === 'actes:lecture',
  value: field => some.fields?.[field],
  isValid: () => true,
  ...some,
})
const BEFORE = facts({ state: undefined, history: [], role: undefined })
const INVALID = facts({ isValid: () => false })
const SENT = facts({ state: 'send-tdt', history: ['creation', 'modification', 'send-ged', 'send-tdt'] })

describe('la règle d’une action', () => {
  test.each<[string, Rule | null | undefined, RuleFacts, boolean]>([
    ['sans règle, toujours', undefined, facts(), true],
    ['une règle nulle, toujours', null, facts(), true],
    ['une règle vide, toujours', {}, BEFORE, true],
    ['no-last-action : avant la création', { 'no-last-action': '' }, BEFORE, true],
    ['no-last-action : plus après', { 'no-last-action': true }, facts(), false],
    ['no-last-action : sa valeur ne compte pas', { 'no-last-action': false }, BEFORE, true],
    ['last-action : l’état est cité seul', { 'last-action': 'modification' }, facts(), true],
    ['last-action : l’état est dans la liste', { 'last-action': ['creation', 'modification'] }, facts(), true],
    ['last-action : être passé ne suffit pas', { 'last-action': ['creation'] }, facts(), false],
    ['last-action : avant la création, aucun', { 'last-action': ['creation'] }, BEFORE, false],
    ['last-action : une liste vide n’est jamais tenue', { 'last-action': [] }, facts(), false],
    ['has-action : y être passé suffit', { 'has-action': 'creation' }, facts(), true],
    ['has-action : un seul de la liste suffit', { 'has-action': ['termine', 'creation'] }, facts(), true],
    ['has-action : aucun', { 'has-action': ['termine'] }, facts(), false],
    ['no-action : jamais passé', { 'no-action': 'send-ged' }, facts(), true],
    ['no-action : passé', { 'no-action': ['send-ged'] }, SENT, false],
    ['no-action, le piège : il suffit qu’un seul manque', { 'no-action': ['send-ged', 'generate-sip'] }, SENT, true],
    ['« aucun des deux » s’écrit no_x', { no_1: { 'has-action': ['send-ged', 'generate-sip'] } }, SENT, false],
    ['role_id_e : celui de l’éditeur', { role_id_e: 'editeur' }, facts(), true],
    ['role_id_e : no-role n’est jamais tenu', { role_id_e: 'no-role' }, facts(), false],
    ['role_id_e : no-role non plus sans rôle', { role_id_e: 'no-role' }, BEFORE, false],
    ['droit_id_u : il l’a', { droit_id_u: 'actes:lecture' }, facts(), true],
    ['droit_id_u : il ne l’a pas', { droit_id_u: 'actes:teletransmettre' }, facts(), false],
    ['droit_id_u : un de la liste', { droit_id_u: ['actes:teletransmettre', 'actes:lecture'] }, facts(), true],
    ['content : toutes les valeurs', { content: { a: true, b: '2' } }, facts({ fields: { a: 'on', b: '2' } }), true],
    ['content : une seule manque', { content: { a: true, b: '2' } }, facts({ fields: { a: 'on', b: '3' } }), false],
    ['content : faux tient d’un champ absent', { content: { a: false } }, facts(), true],
    [
      'content : vrai tient d’une liste de fichiers',
      { content: { acte: true } },
      facts({ fields: { acte: ['a'] } }),
      true,
    ],
    ['content : vrai, pas d’une liste vide', { content: { acte: true } }, facts({ fields: { acte: [] } }), false],
    ['content : faux tient de 0', { content: { a: false } }, facts({ fields: { a: '0' } }), true],
    ['content : faux, pas d’une case cochée', { content: { a: false } }, facts({ fields: { a: 'on' } }), false],
    ['content : l’égalité est lâche entre nombres', { content: { a: 1 } }, facts({ fields: { a: '01' } }), true],
    ['no-action : une liste dont tous sont passés', { 'no-action': ['send-ged', 'send-tdt'] }, SENT, false],
    ['has-action : l’état présent est du passé aussi', { 'has-action': 'send-tdt' }, SENT, true],
    ['role_id_e : une liste, un suffit', { role_id_e: ['lecteur', 'editeur'] }, facts(), true],
    ['droit_id_u : le système les a tous', { droit_id_u: 'x:y' }, facts({ hasRight: () => true }), true],
    [
      'internal-action : jamais, mais un « ou » s’en passe',
      { or_1: { 'internal-action': true, and_1: {} } },
      SENT,
      true,
    ],
    ['no_x : une double négation', { no_1: { no_2: { 'last-action': 'send-tdt' } } }, SENT, true],
    ['document_is_valide : valide', { document_is_valide: true }, facts(), true],
    ['document_is_valide : même à faux, il faut être valide', { document_is_valide: false }, INVALID, false],
    ['type_id_e : la sorte de l’entité', { type_id_e: ['centre_de_gestion', 'collectivite'] }, facts(), true],
    ['type_id_e : une autre', { type_id_e: 'centre_de_gestion' }, facts(), false],
    ['internal-action : jamais', { 'internal-action': true }, facts(), false],
    ['internal-action : jamais, même à faux', { 'internal-action': false }, facts(), false],
    ['deux clés : toutes deux', { 'last-action': 'modification', role_id_e: 'no-role' }, facts(), false],
    ['and_x : toutes', { and_1: { role_id_e: 'editeur', 'has-action': 'termine' } }, facts(), false],
    ['and_x : un groupe vide tient', { and_1: {} }, facts(), true],
    ['or_x : une suffit', { or_1: { 'last-action': 'termine', role_id_e: 'editeur' } }, facts(), true],
    ['or_x : aucune', { or_1: { 'last-action': 'termine', role_id_e: 'lecteur' } }, facts(), false],
    ['or_x : un groupe vide ne tient pas', { or_1: {} }, facts(), false],
    ['no_x : aucune', { no_1: { 'last-action': 'termine', role_id_e: 'lecteur' } }, facts(), true],
    ['no_x : une suffit à refuser', { no_1: { 'last-action': 'termine', role_id_e: 'editeur' } }, facts(), false],
    ['no_x : un groupe vide tient', { no_1: {} }, facts(), true],
    [
      'les groupes s’emboîtent',
      { or_1: { and_1: { 'last-action': 'send-tdt', no_1: { content: { urgent: true } } }, role_id_e: 'no-role' } },
      SENT,
      true,
    ],
    ['le suffixe d’un groupe ne compte pas', { or: { role_id_e: 'editeur' }, 'and-x': {} }, facts(), true],
  ])('%s', (_sentence, rule, given, expected) => {
    expect(isAllowed(rule, given)).toBe(expected)
  })

  test('une clé inconnue arrête, comme chez Pastell, et l’import la connaît d’avance', () => {
    expect(() => isAllowed({ 'herited-properties': [] }, facts())).toThrow('que Pastell ne connaît pas')
    expect(unknownRuleKeys({ content: { a: 1 }, or_1: { and_1: { lune: 1 } }, soleil: 2 })).toEqual(['lune', 'soleil'])
  })

  test('dit lesquelles de ses conditions ne sont pas tenues', () => {
    expect(unmet({ 'last-action': 'termine', document_is_valide: true, role_id_e: 'editeur' }, INVALID)).toEqual([
      'last-action',
      'document_is_valide',
    ])
  })

  test('sans une de ses clés, un groupe qui ne tenait qu’à elle ne refuse plus', () => {
    const drop = (key: string) => key === 'role_id_e'
    expect(ruleWithout({ or_1: { role_id_e: 'no-role' }, 'last-action': 'a' }, drop)).toEqual({ 'last-action': 'a' })
    expect(ruleWithout({ and_1: { role_id_e: 'x', content: { a: 1 } } }, drop)).toEqual({
      and_1: { content: { a: 1 } },
    })
  })
})

describe('l’égalité lâche de PHP 8', () => {
  test.each<[Stored, unknown, boolean]>([
    ['on', true, true],
    ['false', true, true],
    [['acte.pdf'], true, true],
    [true, true, true],
    [[], false, true],
    ['', false, true],
    ['0', false, true],
    [undefined, false, true],
    [undefined, true, false],
    ['1', 1, true],
    ['01', 1, true],
    ['1.0', '1', true],
    ['abc', 0, false],
    ['', 0, false],
    ['3', '4', false],
    ['AR', 'ar', false],
    [undefined, '', true],
    [undefined, null, true],
    ['', null, true],
    ['0', null, false],
    [true, '1', true],
    [false, '', true],
    [['acte.pdf'], 'acte.pdf', false],
  ])('%j contre %j : %j', (stored, wanted, expected) => expect(looselyEqual(stored, wanted)).toBe(expected))
})
