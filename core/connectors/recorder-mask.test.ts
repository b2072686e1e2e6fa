import { describe, expect, test } from 'vitest'
import { createMasker } from './recorder-mask.ts'

const masked = (text: string, ...secrets: string[]) => {
  const masker = createMasker()
  for (const secret of secrets) masker.know(secret)
  return masker.known(masker.named(text), 'whole')
}

describe('Ce que les noms disent secret', () => {
  test.each([
    ['JSON', '{"login":"ville","password":"tr\\"ès secret"}', '{"login":"ville","password":"***"}'],
    ['JSON dans du JSON', String.raw`{"a":"{\"passwd\":\"abcdef\"}"}`, String.raw`{"a":"{\"passwd\":\"***\"}`],
    ['JSON coupé au milieu', '{"access_token":"abcdefghij', '{"access_token":"***"'],
    ['JSON non textuel', '{"apiKey": 123456, "total": 2}', '{"apiKey": ***, "total": 2}'],
    ['tableau', '{"tokens": ["abc", "def"], "total": 2}', '{"tokens": ***, "total": 2}'],
    ['XML', '<a><wsse:Password Type="x">abc</wsse:Password></a>', '<a><wsse:Password Type="x">***</wsse:Password></a>'],
    ['XML coupé', '<motDePasse>abc', '<motDePasse>***'],
    ['CDATA', '<mdp><![CDATA[a<b]]></mdp>', '<mdp>***</mdp>'],
    ['attribut', '<compte login="v" password="abc"/>', '<compte login="v" password="***"/>'],
    [
      'XML-RPC',
      '<name>password</name><value><string>abc</string></value>',
      '<name>password</name><value><string>***</string></value>',
    ],
    [
      'page web',
      '<input type="hidden" name="csrf_token" value="abc">',
      '<input type="hidden" name="csrf_token" value="***">',
    ],
    ['adresse dans un texte', 'voir https://tdt/x?id=3&hash=abcdef&n=1', 'voir https://tdt/x?id=3&hash=***&n=1'],
    ['jeton signé', 'Bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl fin', 'Bearer *** fin'],
    ['clé', 'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb', 'a\n***\nb'],
  ])('%s', (_, text, expected) => expect(masked(text)).toBe(expected))

  test('ce qui n’est pas secret reste lisible', () => {
    const text =
      '<acte><passage>2</passage><message code="ERR-12">Compte inconnu</message></acte> {"status":"SIGNED","hash":"ab"}'
    expect(masked(text)).toBe(text)
  })

  test('un jeton donné par le service est masqué partout où il revient', () => {
    expect(masked('{"access_token":"jeton-du-service"}\nGET /x/jeton-du-service/y')).not.toContain('jeton-du-service')
  })

  test('un long base64 laisse sa taille et son empreinte', () => {
    const content = Buffer.alloc(3_000, 'facture')
    const text = masked(`<f>${content.toString('base64').replaceAll(/(.{76})/gu, '$1\n')}</f>`)
    expect(text).toMatch(/^<f>\[base64 : 3000 octets, SHA-256 [0-9a-f]{64}\]<\/f>$/u)
  })

  test('un texte hostile ne coûte que sa taille (sinon ce test ne finit pas)', () => {
    for (const hostile of ['a:'.repeat(32_000), '"a'.repeat(30_000), '<a '.repeat(20_000), '"token":['.repeat(7_000)])
      expect(masked(hostile)).not.toBe('')
  })
})

describe('Les secrets des réglages, sous toutes leurs écritures', () => {
  const secret = 'Été/à "gué"&<42>'
  const spelled: readonly (readonly [string, string])[] = [
    ['tel quel', secret],
    ['adresse', encodeURIComponent(secret)],
    ['formulaire', new URLSearchParams({ p: secret }).toString()],
    ['JSON', JSON.stringify({ x: secret })],
    ['JSON de PHP', JSON.stringify({ x: secret }).replaceAll('/', '\\/')],
    ['XML', secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 décalé', Buffer.from(`ville:${secret}:fin`).toString('base64')],
    ['base64 en ISO-8859-1', Buffer.from(`a:${secret}`, 'latin1').toString('base64')],
    ['hexadécimal', Buffer.from(secret).toString('hex')],
  ]
  test.each(spelled)('%s', (_, text) => {
    const found = masked(text, secret)
    expect(found).toContain('***')
    for (const part of ['gué', 'gu%C3', 'gu\\u00e9', Buffer.from('"gué"&').toString('base64').slice(2, 6)])
      expect(found).not.toContain(part)
  })

  test('un secret très court n’est masqué que seul', () => {
    expect(masked('code 42, 421, a42', '42')).toBe('code ***, 421, a42')
  })

  test('une clé en PEM est masquée ligne à ligne, un P12 en base64', () => {
    const masker = createMasker()
    const p12 = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    masker.know(Buffer.from('-----BEGIN X-----\nQUJDREVGR0hJSktMTU5PUFFS\n-----END X-----\n'))
    masker.know(p12)
    expect(masker.known(`clé QUJDREVGR0hJSktMTU5PUFFS p12 ${p12.toString('base64')}`, 'whole')).toBe('clé *** p12 ***')
  })

  test('un texte coupé au milieu d’un secret n’en garde pas le début', () => {
    const masker = createMasker()
    masker.know('sesame-ouvre-toi')
    expect(masker.known('voici sesame-ouv', 'cut')).toBe('voici ')
    expect(masker.known('voici sesame-ouv', 'whole')).toBe('voici sesame-ouv')
  })
})
