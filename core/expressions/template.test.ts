import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentContents } from '../authoring/context.ts'
import { PermanentError } from '../authoring/errors.ts'
import {
  choice,
  date,
  file,
  files as filesField,
  flag,
  number,
  remoteChoice,
  secret,
  text,
} from '../authoring/fields.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { TemplateError } from './fault.ts'
import { checkTemplate, evaluateTemplate, renderTemplate } from './template.ts'

const PES = `<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">
  <EnTetePES><CodBud V="12"/><LibelleColBud V="Théâtre"/></EnTetePES>
  <PES_DepenseAller><Bordereau><Mt V="10.50"/><Mt V="3"/></Bordereau></PES_DepenseAller>
</n:PES_Aller>`
const JSON_FILE = `{"objet":"Été","agents":[{"nom":"Durand","age":41},{"nom":"Petit","age":28}],"prix":19.95,"vide":null}`
const CSV = 'prénom;nom\nMichel;Durand\nZoé;"Le ""Grand"""\n'

const FIELDS = {
  objet: text('Objet', { pastell: 'objet_acte' }),
  vide: text('Vide'),
  nature: choice('Nature', { '3': 'Actes individuels' }, { pastell: 'acte_nature' }),
  jour: date('Date', { pastell: 'date_de_lacte' }),
  montant: number('Montant'),
  urgent: flag('Urgent'),
  motDePasse: secret('Mot de passe'),
  'signature.circuit': remoteChoice('Circuit', 'circuits', { pastell: 'iparapheur_sous_type' }),
  'tdtActes.numero': text('Numéro'),
  pes: file('PES', { pastell: 'fichier_pes' }),
  json: file('Métadonnées'),
  csv: file('Tableau'),
  annexes: filesField('Annexes'),
}

let files: Awaited<ReturnType<typeof temporaryFiles>>
let contents: DocumentContents
beforeAll(async () => {
  files = await temporaryFiles()
  contents = {
    id: 'd-1',
    title: "L'été",
    flow: { id: 'actes', label: 'Actes' },
    entity: { id: '7', name: 'Ville', siren: '213400017' },
    createdAt: new Date('2026-06-30T22:30:00Z'),
    fields: FIELDS,
    values: {
      objet: "L'école & la cantine",
      nature: '3',
      jour: '2026-07-14',
      montant: 1234.5,
      urgent: true,
      motDePasse: 'sésame',
      'signature.circuit': { value: 'delib', label: 'Délibérations' },
      'tdtActes.numero': '2026_012',
      pes: await files.save(Buffer.from(PES, 'latin1'), 'pes.xml'),
      json: await files.save(JSON_FILE, 'metadonnees.json'),
      csv: await files.save(Buffer.from(CSV, 'latin1'), 'table.csv'),
      annexes: [await files.save('a', 'un.pdf'), await files.save('b', 'deux.pdf')],
    },
  }
})
afterAll(() => files[Symbol.asyncDispose]())

const now = new Date('2026-12-31T23:30:00Z')
const render = (source: string) => renderTemplate(source, contents, { files, now, more: { pa_creator_login: 'anne' } })
const refusal = async (source: string): Promise<string> => {
  const error: unknown = await render(source).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(TemplateError)
  return (error as TemplateError).message
}

test.each<readonly [template: string, expected: string]>([
  ['', ''],
  ['constante', 'constante'],
  ['Acte {{ objet }} !', "Acte L'école & la cantine !"],
  // Names
  ['{{ objet_acte }}', "L'école & la cantine"],
  ['{{ tdtActes.numero }} {{ signature.circuit }} {{ iparapheur_sous_type }}', '2026_012 delib delib'],
  ['{{ inconnu }}{{ vide }}{{ inconnu.encore.plus }}', ''],
  ['{{ motDePasse }}', ''],
  ['{{ urgent }}/{{ not urgent }}', '1/'],
  ['{{ pes }} {{ annexes|join(", ") }} {{ annexes[1] }}', 'pes.xml un.pdf, deux.pdf deux.pdf'],
  ['{{ acte_nature }} {{ select_value("acte_nature") }}', '3 Actes individuels'],
  ["{{ select_value('signature.circuit') }}", 'Délibérations'],
  ['{{ pa_entity_name }} {{ pa_entity_siren }} {{ pa_creator_login }}', 'Ville 213400017 anne'],
  ['{{ pa_document_id_d }} {{ pa_document_titre }} {{ pa_document_creation_date }}', "d-1 L'été 2026-07-01"],
  // Literals and operators
  ["{{ 'l\\'été' }} {{ \"a\\nb\" }} {{ 'a\\nb' }}", "l'été a\nb anb"],
  ['{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 3 ** 2 }} {{ -2 + 5 }}', '7 9 3 3 512 3'],
  ["{{ 'a' ~ 12 ~ objet|length }}", 'a1220'],
  ["{{ nature == 3 ? 'oui' : 'non' }} {{ vide ?: 'rien' }} {{ urgent ? 'u' }}", 'oui rien u'],
  ["{{ inconnu ?? vide ?? 'repli' }} {{ objet ?? 'x' }}", "repli L'école & la cantine"],
  ["{{ 'cantine' in objet ? 1 : 0 }}{{ 'x' not in objet ? 1 : 0 }}{{ 2 in [1, 2] ? 1 : 0 }}", '111'],
  ["{{ objet starts with \"L'\" ? 1 : 0 }}{{ objet ends with 'tine' ? 1 : 0 }}", '11'],
  ["{{ tdtActes.numero matches '/^\\\\d{4}_/' ? 1 : 0 }}{{ objet matches '/CANTINE/i' ? 1 : 0 }}", '11'],
  ["{{ 1 < 2 and not (2 >= 3) ? 'ok' }} {{ 1 <=> 2 }} {{ true xor true ? 1 : 0 }}", 'ok -1 0'],
  ["{{ '007' == 7 ? 1 : 0 }}{{ '' == null ? 1 : 0 }}{{ 'a' == 0 ? 1 : 0 }}", '110'],
  ["{{ {'a': 1, b: {'c': 2}}.b.c }} {{ [1, [2, 3]][1][0] }} {{ (1..4)|join }}", '2 2 1234'],
  // Tests
  ['{{ objet is defined ? 1 : 0 }}{{ inconnu is not defined ? 1 : 0 }}{{ vide is empty ? 1 : 0 }}', '111'],
  [
    '{{ 4 is even ? 1 : 0 }}{{ 4 is divisible by(2) ? 1 : 0 }}{{ [1] is iterable ? 1 : 0 }}{{ 1 is same as(1) ? 1 : 0 }}',
    '1111',
  ],
  // Statements
  ['{% if nature == 1 %}a{% elseif nature == 3 %}b{% else %}c{% endif %}', 'b'],
  [
    '{% for a in annexes %}{{ loop.index }}/{{ loop.length }} {{ a }}{{ loop.last ? "." : ", " }}{% endfor %}',
    '1/2 un.pdf, 2/2 deux.pdf.',
  ],
  ['{% for k, v in {x: 1, y: 2} %}{{ k }}{{ v }}{% endfor %}{% for i in [] %}a{% else %}vide{% endfor %}', 'x1y2vide'],
  ['{% set t = 0 %}{% for i in 1..4 %}{% set t = t + i %}{% set u = 1 %}{% endfor %}{{ t }}{{ u }}{{ i }}', '10'],
  ['{% set a, b = 1, 2 %}{% set c %}<{{ a }}{{ b }}>{% endset %}{{ c }}', '<12>'],
  ['a {#- commentaire -#} b', 'ab'],
  ['{% if true %}\na\n{% endif %}\nb', 'a\nb'],
  ['a {{- 1 -}} b', 'a1b'],
  // Filters
  [
    "{{ objet|upper }} {{ 'ÉTÉ'|lower }} {{ 'éTé à la MER'|capitalize }} {{ 'rue de l\\'eau'|title }}",
    "L'ÉCOLE & LA CANTINE été Été à la mer Rue De L'Eau",
  ],
  ["{{ '  x '|trim }}|{{ '--x-'|trim('-') }}|{{ '00120'|trim('0', 'left') }}", 'x|x|120'],
  ["{{ 'a-b'|replace({'-': '_', 'a': 'b', 'b': '$&'}) }}", 'b_$&'],
  ["{{ vide|default('rien') }} {{ inconnu|default('rien') }} {{ objet|default('x')|length }}", 'rien rien 20'],
  [
    "{{ 'a,b,c'|split(',')|reverse|join(' ') }} {{ 'a,b,c'|split(',', 2)|last }} {{ [1,2,3]|join(', ', ' et ') }}",
    'c b a b,c 1, 2 et 3',
  ],
  ["{{ 'abcdef'|slice(1, 3) }} {{ 'abcdef'[2:] }} {{ 'abcdef'[:2] }} {{ 'abcdef'|slice(-2) }}", 'bcd cdef ab ef'],
  ["{{ 'été'|first }}{{ 'été'|last }}{{ 'été'|length }} {{ [4, 5]|first }}", 'éé3 4'],
  [
    "{{ montant|number_format(2, ',', ' ') }} {{ 1.005|round(2) }} {{ 2.5|round }} {{ 2.1|round(0, 'ceil') }} {{ (-3)|abs }}",
    '1 234,50 1.01 3 3 3',
  ],
  [
    "{{ jour|date('d/m/Y') }} {{ jour|date('l j F Y') }} {{ '14/07/2026'|date('Y-m-d') }} {{ vide|date('Y') }}",
    '14/07/2026 mardi 14 juillet 2026 2026-07-14 ',
  ],
  [
    "{{ 'now'|date('Y-m-d') }} {{ date() }} {{ jour|date_modify('+10 years') }} {{ '2026-07-01T22:30:00Z'|date('d H:i') }}",
    '2027-01-01 2027-01-01 2036-07-14 02 00:30',
  ],
  [
    "{{ {'a': [1, 'é', null, true]}|json_encode }} {{ 'a b'|url_encode }} {{ '<b>'|escape }} {{ '<b>'|raw }}",
    '{"a":[1,"é",null,true]} a%20b &lt;b&gt; <b>',
  ],
  [
    "{{ [3, 1, 2, 1, 3]|ls_unique|join(', ') }} {{ [3, 1, 2]|sort|join }} {{ [1]|merge([2])|join }} {{ {a: 1}|keys|join }}",
    '3, 1, 2 123 12 a',
  ],
  [
    '{{ [1, 2, 3]|map(x => x * 2)|join(",") }} {{ [1, 2, 3]|filter(x => x > 1)|join }} {{ [1, 2]|reduce((a, x) => a + x, 10) }}',
    '2,4,6 23 13',
  ],
  ['{{ max(1, 3, 2) }} {{ min([4, 2]) }} {{ range(0, 6, 3)|join }}', '3 2 036'],
  // Files
  ["{{ xpath('fichier_pes', '//EnTetePES/CodBud/@V') }} {{ xpath('pes', '//LibelleColBud/@V') }}", '12 Théâtre'],
  ["{{ xpath('pes', '/n:PES_Aller/EnTetePES/CodBud/@V') }} {{ xpath('pes', 'count(//Mt)') }}", '12 2'],
  ["{{ xpath_array('pes', '//Mt/@V')|join(' + ') }}[{{ xpath('pes', '//Rien') }}]", '10.50 + 3[]'],
  [
    "{{ jsonpath('json', '$.prix') }} {{ jsonpath('json', '$..nom') }} {{ jsonpath('json', '$.agents[1].nom') }}",
    '19.95 Durand Petit',
  ],
  ["{{ jsonpath('json', '$.agents[?(@.age > 40)].nom') }}[{{ jsonpath('json', '$.vide') }}]", 'Durand[]'],
  [
    "{% for a in jsonpath_array('json', '$.agents[*]') %}{{ a.nom }} {{ a['age'] }};{% endfor %}",
    'Durand 41;Petit 28;',
  ],
  [
    "{{ csvpath('csv', 1, 1, ';') }} {{ csvpath('csv', 1, 2, ';') }} {{ csvpath('csv', 0, 2, ';') }}[{{ csvpath('csv', 9, 9, ';') }}]",
    'Durand Le "Grand" Zoé[]',
  ],
  ["[{{ xpath('rien', '//x') }}{{ jsonpath('rien', '$.x') }}{{ csvpath('rien', 0, 0) }}]", '[]'],
])('%s', async (template, expected) => {
  expect(checkTemplate(template)).toBeUndefined()
  expect(await render(template)).toBe(expected)
})

test('une expression seule qui vaut une liste donne ses textes un par un', async () => {
  const evaluate = (source: string) => evaluateTemplate(source, contents, { files })
  expect(await evaluate(" {{ xpath_array('pes', '//Mt/@V') }} ")).toEqual(['10.50', '3'])
  expect(await evaluate('{{ annexes }}')).toEqual(['un.pdf', 'deux.pdf'])
  expect(await evaluate('{{ xpath_array("rien", "//Mt") }}')).toEqual([])
  expect(await evaluate('N° {{ tdtActes.numero }}')).toBe('N° 2026_012')
})

describe('ce qui est mal écrit est dit à sa place', () => {
  test.each([
    ['{{ objet', '{{'],
    ['a\n{{ 1 + }}', 'ligne 2, caractère 8'],
    ["{{ 'abc }}", "n'est pas fermé"],
    ['{% if 1 %}a', 'endif'],
    ['{% endfor %}', "n'a pas de début"],
    ["{% include 'x' %}", "n'est pas permise"],
    ['{{ objet|eval }}', 'le filtre « eval »'],
    ['{{ constant("X") }}', 'la fonction « constant »'],
    ['{{ objet.toString() }}', 'interdit'],
    ["{{ csvpath('a') }}", 'de 3 à 6'],
    ['{{ 1 is constant }}', 'le test « constant »'],
    ['{{ objet|replace(from="a") }}', 'argument nommé'],
    ['{{ "#{objet}" }}', 'pas pris en charge'],
    ['{{ a § b }}', 'caractère inattendu'],
    [`{{ ${'('.repeat(1000)}1${')'.repeat(1000)} }}`, 'profondément'],
    [`{{ 1${' + 1'.repeat(1000)} }}`, 'trop longue'],
  ])('%.40s', (template, expected) => {
    expect(checkTemplate(template)).toContain(expected)
  })
})

describe("ce qui ne peut pas être calculé nomme l'expression, la place et la raison", () => {
  test.each([
    ['{{ annexes }}', 'une liste ne s’affiche pas'.replace('’', "'")],
    ["{{ 'a' + 1 }}", 'un nombre est attendu'],
    ["{{ 'a' ~ 1 + 2 ~ 'b' }}", 'un nombre est attendu'],
    ['{{ 1 / 0 }}', 'division par zéro'],
    ["{{ xpath('json', '//x') }}", 'pas un fichier XML'],
    ["{{ jsonpath('pes', '$.x') }}", 'pas un fichier JSON'],
    ["{{ xpath('pes', '/////x') }}", 'XPath'],
    ["{{ xpath('pes', '//z:x') }}", 'XPath'],
    ["{{ jsonpath('json', '$.[') }}", 'JSONPath'],
    ["{{ objet matches '/(/' }}", 'motif'],
    ["{{ objet|date('Y') }}", 'une date est attendue'],
    ['{{ 1..1000000 }}', '10000'],
    ['{% for a in 1..10000 %}{% for b in 1..10000 %}{% endfor %}{% endfor %}', 'trop long'],
    ["{% set a = 'x' %}{% for i in 1..40 %}{% set a = a ~ a %}{% endfor %}", 'million'],
    ['{% set a = 1..9999 %}{% set b = a|map(x => a) %}{% set c = b|map(x => b) %}{{ c|json_encode }}', 'trop long'],
  ])('%s', async (template, expected) => {
    const message = await refusal(template)
    expect(message).toContain(expected)
    expect(message).toContain(template.slice(0, 100))
  })

  test('le champ est nommé quand on le dit, et l’erreur est définitive', async () => {
    const failing = renderTemplate('{{ 1 / 0 }}', contents, { files, label: 'Champ « nature »' })
    await expect(failing).rejects.toThrow(/^Champ « nature » : l'expression « \{\{ 1 \/ 0 \}\} » .*ligne 1/u)
    await expect(failing).rejects.toBeInstanceOf(PermanentError)
  })

  test('un fichier trop grand, absent ou avec DOCTYPE est refusé par son nom', async () => {
    const withPes = (pes: unknown) =>
      renderTemplate("{{ xpath('pes', '/*') }}", { ...contents, values: { pes } }, { files })
    const hostile = await files.save('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', 'a.xml')
    await expect(withPes(hostile)).rejects.toThrow('« a.xml » (champ « pes ») : un fichier XML avec DOCTYPE')
    await expect(withPes({ ...hostile, size: 11_000_000 })).rejects.toThrow('10 Mo au plus')
    await expect(withPes({ ...hostile, sha256: 'f'.repeat(64) })).rejects.toThrow("absent de l'entrepôt")
  })
})

describe('bac à sable', () => {
  test.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'process', 'globalThis'])(
    '« %s » ne mène nulle part',
    async name => {
      expect(
        await render(`{{ ${name} }}{{ objet.${name} }}{{ objet['${name}'] }}{{ [1].${name} }}{{ {a: 1}['${name}'] }}`),
      ).toBe('')
      expect(await render(`{{ jsonpath_array('json', '$.agents[*]')[0].${name} }}{{ loop.${name} }}`)).toBe('')
      expect(checkTemplate(`{{ objet|${name} }}`)).toContain('permis')
      expect(checkTemplate(`{{ ${name}('x') }}`)).toContain('permis')
      expect(checkTemplate(`{{ 1 is ${name} }}`)).toContain('permis')
    },
  )

  const words = fc.constantFrom(
    ...'{{ }} {% %} {# #} if endif else for in endfor set endset objet annexes jour montant constructor __proto__ loop'.split(
      ' ',
    ),
    ...'( ) [ ] { } , : . | ~ + - * / // % ** == < .. ? ?? ?: => not and is defined even null 1 0 -1 2.5'.split(' '),
    ...'upper slice join split replace default date number_format round json_encode map sort first batch range max'.split(
      ' ',
    ),
    "'a'",
    '"b"',
    "{'a': 1}",
    '(1)',
    '(x => x)',
    ' ',
    '\n',
    '\uD800',
  )
  test('aucun modèle ne fait autre chose que rendre un texte ou refuser', async () => {
    const soup = fc.array(words, { maxLength: 25 }).map(each => each.join(' '))
    const printed = soup.map(source => `{{ ${source} }}`)
    const chained = fc
      .tuple(
        fc.constantFrom('objet', 'annexes', 'montant', "'é'", '[1, "b"]', '{a: 1}'),
        fc.array(words, { maxLength: 6 }),
      )
      .map(([start, names]) => `{{ ${start}${names.map(name => `|${name}`).join('')} }}`)
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, printed, chained, fc.string({ unit: 'binary' })), async source => {
        const fault = checkTemplate(source)
        const made: unknown = await render(source).catch((error: unknown) => error)
        if (fault === undefined) expect(typeof made === 'string' || made instanceof TemplateError).toBe(true)
        else expect(made).toBeInstanceOf(TemplateError)
      }),
      { numRuns: 3_000 },
    )
  })
})
