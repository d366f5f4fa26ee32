import { expect, test } from 'vitest'
import { mentionedIn } from './mentions.ts'

const agents = [
  { id: 'karel', name: 'Karel Dvořák', email: 'karel@desk.test' },
  { id: 'eva', name: 'Eva Malá', email: 'emala@desk.test' },
  { id: 'eva2', name: 'Eva Veliká', email: 'evelika@desk.test' },
]

test.each([
  ['@karel, call them', ['karel']],
  ['Ask @KAREL.', ['karel']],
  ['(@Karel Dvořák)', ['karel']],
  ['@karel.dvorak and @emala', ['karel', 'eva']],
  ['@Karel\n  Dvořák please', ['karel']],
  ['@karel@desk.test', ['karel']],
  // Nobody knows which of them is meant.
  ['@eva', ['eva', 'eva2']],
  ['@eva malá', ['eva']],
  ['karel@desk.test is an address', []],
  ['@karel.novak, @karel@elsewhere.example, @karelovi', []],
  ['nobody @all @ @@', []],
])('%j names %j', (text, ids) => {
  expect([...mentionedIn(text, agents)]).toEqual(ids)
})
