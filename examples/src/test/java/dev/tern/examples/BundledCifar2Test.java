package dev.tern.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.data.Cifar10;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledCifar2Test {
  @ParameterizedTest
  @CsvSource({
    "train.packed, 30730000, 5e29d3dcca335bca50ed40305ad57aa6dfa395f55e4056c6158eb7df47f40226",
    "val.packed, 6146000, 3ce7d818b076942f0d7bd2d7d68052b989459757494830035096c1c56da91670"
  })
  void unpacksToTheOriginalRecords(String name, int length, String sha256)
      throws IOException, NoSuchAlgorithmException {
    byte[] records = BundledCifar2.records(name);
    assertEquals(length, records.length);
    assertEquals(
        sha256, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(records)));
  }

  @Test
  void hasAirplanesAndBirdsInEqualNumbers() {
    Cifar10 val = BundledCifar2.val();
    assertEquals(2000, val.size());
    assertEquals(List.of("airplane", "bird"), val.classNames());
    assertEquals(1000, IntStream.range(0, 2000).filter(i -> val.target(i) == 1).count());
    assertEquals(10_000, BundledCifar2.train().size());
  }

  @Test
  void packsAndUnpacksAnyImage() throws IOException {
    byte[] noise = new byte[5 * PackedImages.RECORD];
    new Random(1).nextBytes(noise);
    assertArrayEquals(noise, unpacked(packed(noise)));
    byte[] flat = new byte[2 * PackedImages.RECORD];
    Arrays.fill(flat, PackedImages.RECORD, flat.length, (byte) 255);
    assertArrayEquals(flat, unpacked(packed(flat)));
    assertEquals(0, unpacked(packed(new byte[0])).length);
  }

  @Test
  void whatIsTruncatedOrDamagedIsRefused() throws IOException {
    byte[] noise = new byte[3 * PackedImages.RECORD];
    new Random(2).nextBytes(noise);
    byte[] packed = packed(noise);
    for (int length = 0; length < packed.length; length += 97) {
      byte[] part = Arrays.copyOf(packed, length);
      assertThrows(IOException.class, () -> unpacked(part));
    }
    byte[] more = packed.clone();
    more[3]++; // one image more than there are labels
    assertThrows(IOException.class, () -> unpacked(more));
    byte[] many = packed.clone();
    many[0] = 127;
    assertThrows(IOException.class, () -> unpacked(many));
  }

  private static byte[] packed(byte[] records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PackImages.pack(records, out);
    return out.toByteArray();
  }

  private static byte[] unpacked(byte[] packed) throws IOException {
    return PackedImages.unpack(new ByteArrayInputStream(packed));
  }
}
