import { expect, test } from 'vitest'
import { notesOn } from './notes.ts'
import { parseLetter } from './parse.ts'

test('staff are told of a signature beside the letter, before its warnings', () => {
  const signed = parseLetter(
    Buffer.from(
      'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\n\n' +
        '--b\n\nHello\n--b\nContent-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n--b--\n',
    ),
  )
  expect(notesOn({ ...signed, warnings: ['Something is odd.'] })).toEqual([
    expect.stringMatching(/PGP.*not checked/i),
    'Something is odd.',
  ])
  expect(notesOn(parseLetter(Buffer.from('Subject: x\n\nHello\n')))).toEqual([])
})
