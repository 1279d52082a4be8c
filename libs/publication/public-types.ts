import { z } from 'zod';
import { TEXT_KEY } from '#platform/identity/ids.js';

/** The account's id. Its name, address and numbers are not published. */
export const Account = z.string().regex(TEXT_KEY);

/** A day in the billing time zone, Europe/Amsterdam. */
export const Day = z.iso.date();

/** An instant in UTC. */
export const Moment = z.iso.datetime();

/** Euros as a decimal string. */
export const Amount = z.string().regex(/^-?\d+\.\d{2}$/);
