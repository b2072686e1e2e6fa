import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPastellPath, readAddress } from './address.ts'
import { asTexts, phpJson } from './json.ts'
import { boundaryOf, readMultipart } from './multipart.ts'
import { parseForm, textOf, type PhpValue } from './php-values.ts'

const plain = (value: PhpValue): unknown =>
  value instanceof Map ? Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)])) : value
const form = (text: string) => plain(parseForm(Buffer.from(text, 'utf8')))

describe('une adresse', () => {
  test.each([
    ['/api/v2/version', ['version']],
    ['/api/v2//entite/1', ['entite', '1']],
    ['//api/v2/entite//1/', ['entite', '1']],
    ['/api/index.php/v2/flux', ['flux']],
    ['/api/v2/familleConnecteur/Bordereau%20SEDA', ['familleConnecteur', 'Bordereau SEDA']],
    ['/api/v2/flux/100%', ['flux', '100%']],
  ])('%s', (path, segments) => {
    expect(readAddress(path, undefined)).toEqual({ is: 'v2', segments })
  })

  test('`api_function` l’emporte sur le chemin, et nomme aussi les scripts', () => {
    expect(readAddress('/api/', 'v2/version')).toEqual({ is: 'v2', segments: ['version'] })
    expect(readAddress('/api/v2/flux', 'list-entite.php')).toEqual({ is: 'v1', script: 'list-entite' })
    expect(readAddress('/api/rest/allo', undefined)).toEqual({ is: 'allo' })
    expect(readAddress('/api/', undefined)).toEqual({ is: 'nowhere', why: 'sansFonction' })
    expect(readAddress('/api/V2/version', undefined)).toEqual({ is: 'nowhere', why: 'sansVersion' })
  })

  test('l’API native garde la sienne', () => {
    expect(isPastellPath('/api/v3/session')).toBe(false)
    expect(isPastellPath('//api//v2/version')).toBe(true)
    expect(isPastellPath('/api')).toBe(true)
    expect(isPastellPath('/apiculture')).toBe(false)
  })
})

describe('un formulaire se lit comme PHP le lit', () => {
  test.each([
    ['a=1&a=2', { a: '2' }],
    ['a[]=x&a[]=y', { a: { '0': 'x', '1': 'y' } }],
    ['a%5B%5D=x&a%5Bk%5D=y', { a: { '0': 'x', k: 'y' } }],
    ['id.d=1&mon champ=2', { id_d: '1', mon_champ: '2' }],
    ['a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
    ['libelle=Été à Nîmes', { libelle: 'Été à Nîmes' }],
    ['libelle=%C3%89t%C3%A9+2', { libelle: 'Été 2' }],
    ['vide=&seul', { vide: '', seul: '' }],
    ['a[b=1', { a_b: '1' }],
    ['__proto__[x]=1', { ['__proto__']: { x: '1' } }],
  ])('%s', (text, expected) => {
    expect(JSON.stringify(form(text))).toBe(JSON.stringify(expected))
  })

  test('des octets ISO-8859-1 se lisent, et restent ce qu’ils sont', () => {
    const sent = parseForm(Buffer.from('objet=Délibération', 'latin1')).get('objet')
    expect(textOf(sent)).toBe('Délibération')
    expect(Buffer.from(sent as Uint8Array)).toEqual(Buffer.from('Délibération', 'latin1'))
  })

  test('ne lève jamais', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        parseForm(bytes)
      }),
    )
  })
})

describe('un corps en plusieurs parties', () => {
  const parts = async (body: string | Buffer, boundary = 'b', cut?: number) => {
    const bytes = Buffer.from(body)
    const size = cut ?? bytes.length
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    const found: { name: string; filename: string | undefined; content: string }[] = []
    await readMultipart(Readable.from(chunks), boundary, async ({ name, filename }, content) => {
      const read: Buffer[] = []
      for await (const chunk of content) read.push(chunk)
      found.push({ name, filename, content: Buffer.concat(read).toString('latin1') })
    })
    return found
  }
  const usual =
    '--b\r\nContent-Disposition: form-data; name="objet"\r\n\r\nvaleur\r\n' +
    '--b\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n'
  const read = [
    { name: 'objet', filename: undefined, content: 'valeur' },
    { name: 'f', filename: 'a.pdf', content: '%PDF' },
  ]

  test('se lit, même coupé n’importe où', async () => {
    for (let cut = 1; cut <= usual.length; cut++) expect(await parts(usual, 'b', cut), `cut ${cut}`).toEqual(read)
  })

  test('se lit sans délimiteur final, avec une ligne vide devant, avec de simples LF', async () => {
    expect(await parts(usual.replace(/\r\n--b--\r\n$/u, ''))).toEqual(read)
    expect(await parts(`\r\n${usual}`)).toEqual(read)
    expect(await parts(usual.replaceAll('\r\n', '\n'))).toEqual(read)
    expect(await parts(usual.replaceAll('; name="objet"', ';name=objet'))).toEqual(read)
  })

  test('garde les octets d’une partie qui ressemble au délimiteur', async () => {
    const content = 'x--b\r\n--\r\n-\r\n--a'
    const body = `--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n${content}\r\n--b--`
    for (let cut = 1; cut < body.length; cut++)
      expect(await parts(body, 'b', cut)).toEqual([{ name: 'f', filename: undefined, content }])
  })

  test('le délimiteur peut être entre guillemets, sans espace devant', () => {
    expect(boundaryOf('multipart/form-data;boundary="a b"')).toBe('a b')
    expect(boundaryOf('multipart/form-data; boundary=----x; charset=utf-8')).toBe('----x')
  })
})

describe('le JSON s’écrit comme PHP l’écrit', () => {
  test('quatre espaces, barres et accents échappés, liste vide pour une carte vide', () => {
    expect(phpJson({ url: 'a/é', carte: {}, liste: [1, true, null], '😀': 'x' })).toBe(
      '{\n    "url": "a\\/\\u00e9",\n    "carte": [],\n    "liste": [\n        1,\n        true,\n        null\n    ],\n    "\\ud83d\\ude00": "x"\n}',
    )
  })

  test('une liste trouée devient une carte, et l’ordre des clés numériques est gardé', () => {
    expect(
      phpJson(
        new Map([
          ['0', 'a.pdf'],
          ['3', 'b.pdf'],
        ]),
        'compact',
      ),
    ).toBe('{"0":"a.pdf","3":"b.pdf"}')
    expect(
      phpJson(
        new Map([
          ['3', 'a'],
          ['1', 'b'],
        ]),
        'compact',
      ),
    ).toBe('{"3":"a","1":"b"}')
    expect(
      phpJson(
        new Map([
          ['0', 'a'],
          ['1', 'b'],
        ]),
        'compact',
      ),
    ).toBe('["a","b"]')
  })

  test('la première version ne connaît que des textes', () => {
    expect(phpJson(asTexts({ oui: true, non: false, rien: null, n: 3, carte: {} }), 'compact')).toBe(
      '{"oui":"1","non":"","rien":"","n":"3","carte":[]}',
    )
  })

  test('se relit toujours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(JSON.parse(phpJson({ a: text }))).toEqual({ a: text })
      }),
    )
  })
})
