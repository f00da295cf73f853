/**
 * What crosses the modules: golden cases from PyTorch, gradient checks, whole networks and
 * trainings, random streams, the rules of the house, bad input and threads.
 */
package dev.tern.tests;
